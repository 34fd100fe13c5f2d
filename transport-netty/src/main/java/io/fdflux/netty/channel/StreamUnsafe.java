package io.fdflux.netty.channel;

import io.fdflux.engine.Registration;
import io.fdflux.netty.file.RegionTarget;
import io.fdflux.posix.Errno;
import io.fdflux.posix.socket.Sockets;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.SocketAddress;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.util.concurrent.Executor;

/**
 * The loop's side of a stream: attempts to write, to connect and to close. {@link StreamReads} has the reads.
 *
 * <pre>
 * close() with ...               | what happens
 * -------------------------------+-------------------------------------------------------------------------
 * no pending writes              | closed in this call
 * pending writes                 | one attempt to write them, whatever the last one found; then closed in
 *                                | this call. Unsent writes fail with ClosedChannelException
 * pending writes, in a listener  | closed when the pass over the queue returns, so that the writes which the
 * of a write                     | kernel has taken succeed. New writes are refused from now on
 * no loop, not connected         | closed in this call, pending writes fail
 * SO_LINGER greater than 0       | as above, but close(2) is called on another thread
 * </pre>
 *
 * A flush waits for the turn's end. But who {@linkplain EngineChannel#pulls() pulls} may go by the promises of what was written
 * before: what is flushed while a message is delivered is attempted in that call, as Netty's transports do, and what was
 * flushed before a read is attempted before it.
 */
public final class StreamUnsafe extends EngineUnsafe implements RegionTarget {

    private final StreamChannel channel;
    private final StreamReads reads;
    private PendingConnect pendingConnect;
    /** A pass over the queue of pending writes is on the stack. */
    private boolean writing;
    /** Set from close() until the channel is closed. */
    private ChannelPromise closing;

    /** SO_LINGER makes close(2) wait for the peer: it is called on another thread. */
    private boolean closesElsewhere;
    /** The handlers' {@code channelActive} runs: who speaks first may wait there for the answer, as on Netty's own. */
    private boolean becomingActive;

    StreamUnsafe(StreamChannel channel) {
        super(channel);
        this.channel = channel;
        this.reads = new StreamReads(channel, this);
    }

    @Override
    public boolean isStream() {
        return channel.isPlainStream();
    }

    // ---- reading

    @Override
    public void attemptRead() {
        reads.attempt();
    }

    @Override
    public void hangup() {
        reads.hangup();
    }

    /** The first read of an accepted connection told whether something was there. */
    public void firstReadTold(boolean hit) {
        channel.firstReadTold(hit);
    }

    StreamReads reads() {
        return reads;
    }

    // ---- writing

    @Override
    protected void flush0() {
        Registration registration = registration();
        ChannelOutboundBuffer out = outboundBuffer();
        if (pendingConnect != null) {
            return; // connected() goes on
        } else if (out == null || !channel.isActive()) {
            super.flush0(); // fails what is pending
        } else if (registration == null) {
            return; // between two loops: registered() goes on
        } else if (mayNotWait(out) && !registration.isWriteBlocked()) {
            writeNow();
        } else if (!out.isEmpty()) {
            registration.wantWrite();
        }
    }

    /** The next message of the same read may depend on whether this one's answer is written. */
    private boolean mayNotWait(ChannelOutboundBuffer out) {
        return becomingActive
                || (reads.isDelivering() && channel.pulls())
                || out.totalPendingWriteBytes() >= StreamChannel.WRITE_AT_ONCE_BYTES;
    }

    @Override
    public void attemptWrite() {
        if (pendingConnect != null) {
            finishConnect();
        } else {
            registration().dropWrite();
            writeNow();
        }
    }

    /** Writes what is flushed as far as the socket takes it. */
    void writeNow() {
        Registration registration = registration();
        if (registration != null && channel.isActive() && !registration.isWriteBlocked()) {
            passOverQueue();
        } else if (registration != null && channel.isActive()) {
            resumeWriting();
        }
        channel.halfClose().written(outboundBuffer());
    }

    private void passOverQueue() {
        if (writing) {
            return;
        }
        writing = true;
        try {
            super.flush0();
        } finally {
            writing = false;
            if (closing != null) {
                closeNow();
            }
        }
    }

    /** The channel has come to a loop, or is connected: what was flushed before is still to be written. */
    void resumeWriting() {
        ChannelOutboundBuffer out = outboundBuffer();
        if (out != null && !out.isEmpty()) {
            registration().wantWrite();
        }
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void countWrite(long result) {
        registration().counters().writeCall(result);
    }

    // ---- connecting

    @Override
    public void connect(SocketAddress remoteAddress, SocketAddress localAddress, ChannelPromise promise) {
        if (promise.isDone() || !ensureOpen(promise)) {
            return;
        }
        try {
            if (pendingConnect != null) {
                throw new ConnectionPendingException();
            }
            if (channel.isActive()) {
                throw new AlreadyConnectedException();
            }
            SocketAddress remote = channel.checkedRemote(remoteAddress);
            if (localAddress != null) {
                channel.doBind(localAddress);
            }
            if (registration() != null) {
                registration().startOver();
            }
            int result = channel.connectTo(remote);
            if (result == -Errno.EINPROGRESS) {
                pendingConnect = new PendingConnect(
                        channel, promise, remote, channel.config().getConnectTimeoutMillis());
                resumeConnecting();
            } else if (result < 0) {
                throw Errno.exception("connect", remote, -result);
            } else {
                connected(promise, remote);
            }
        } catch (Throwable t) {
            promise.tryFailure(annotateConnectException(t, remoteAddress));
            closeIfClosed();
        }
    }

    /** A connect goes on in the background, perhaps from another loop, or none yet: the one that has the channel is told of its end. */
    void resumeConnecting() {
        if (pendingConnect != null && registration() != null) {
            registration().onWriteWouldBlock();
            registration().wantWrite();
        }
    }

    private void finishConnect() {
        int errno = connectOutcome();
        if (errno == -Errno.EINPROGRESS) {
            resumeConnecting();
            return;
        }
        PendingConnect connect = pendingConnect;
        pendingConnect = null;
        connect.cancelTimeout();
        registration().dropWrite();
        if (errno == 0) {
            connected(connect.promise(), connect.remote());
        } else {
            connect.promise()
                    .tryFailure(annotateConnectException(
                            Errno.exception("connect", connect.remote(), errno), connect.remote()));
            closeIfClosed();
        }
    }

    /**
     * What has become of a connect. An event may be spurious, and SO_ERROR is 0 while the connect goes on, so getpeername(2)
     * has the word: ENOTCONN if there is no connection, yet or any more. It is the only call of a connect that succeeded.
     *
     * @return 0 if connected, the errno of its failure, or {@code -EINPROGRESS}
     */
    private int connectOutcome() {
        if (registration().pendingErrno() != 0) {
            return registration().pendingErrno();
        }
        if (Sockets.hasPeer(channel.number())) {
            return 0;
        }
        int errno = channel.takeError();
        return errno != 0 ? errno : -Errno.EINPROGRESS;
    }

    private void connected(ChannelPromise promise, SocketAddress remote) {
        channel.remoteAddress(channel.peerAt(remote));
        channel.active(true);
        if (registration() != null) { // else registered() goes on
            registration().watchHangup(true);
            channel.beginReadThatWaited();
            resumeWriting(); // what was flushed while it connected, or before a fast open
        }
        boolean promiseSet = promise.trySuccess();
        becomingActive(true);
        channel.pipeline().fireChannelActive(); // even if a listener has closed: channelInactive comes later
        becomingActive(false);
        if (!promiseSet) {
            close(voidPromise());
        }
    }

    void becomingActive(boolean value) {
        becomingActive = value;
    }

    /** The channel is being closed while it connects. */
    void failConnect() {
        if (pendingConnect != null) {
            PendingConnect connect = pendingConnect;
            pendingConnect = null;
            connect.cancelTimeout();
            connect.promise().tryFailure(new ClosedChannelException());
        }
    }

    // ---- closing

    /** Whether close() was called and waits for the pass over the queue to return. */
    boolean isClosing() {
        return closing != null;
    }

    @Override
    public void close(ChannelPromise promise) {
        if (closing != null) {
            alsoComplete(promise);
        } else if (promise.setUncancellable()) {
            closing = promise;
            if (!writing) {
                writeAndClose();
            }
        }
    }

    private void alsoComplete(ChannelPromise promise) {
        if (promise != voidPromise()) {
            channel.closeFuture().addListener(closed -> promise.trySuccess());
        }
    }

    private void writeAndClose() {
        ChannelOutboundBuffer out = outboundBuffer();
        if (out != null && !out.isEmpty() && channel.isActive() && registration() != null) {
            passOverQueue();
        } else {
            closeNow();
        }
    }

    private void closeNow() {
        ChannelPromise promise = closing;
        closing = null;
        ChannelOutboundBuffer out = outboundBuffer();
        super.close(promise);
        if (closesElsewhere && out != null) {
            // Netty would do this when the descriptor is closed: the loop may be gone by then, and the buffers lost.
            out.addFlush();
            ClosedChannelException closed = new ClosedChannelException();
            while (out.remove(closed)) {}
        }
    }

    @Override
    protected Executor prepareToClose() {
        closesElsewhere = channel.isOpen() && channel.closeMayBlock();
        if (!closesElsewhere) {
            return null;
        }
        channel.doDeregister();
        return GlobalEventExecutor.INSTANCE;
    }

    @Override
    public void deregister(ChannelPromise promise) {
        writeNow();
        super.deregister(promise);
    }
}
