package io.fdflux.netty.channel;

import io.fdflux.engine.stream.Output;
import io.fdflux.netty.file.RegionTarget;
import io.fdflux.posix.Errno;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.SocketAddress;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.util.concurrent.Executor;

/**
 * Drives a stream channel for its loop: writing, connecting and closing. {@link StreamInput} reads.
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
 * A flush usually waits for the turn's end; {@link StreamOutput#writesInFlush} has the exceptions.
 */
public final class StreamUnsafe extends OutputUnsafe implements RegionTarget {

    private final StreamChannel channel;
    private final StreamInput input;
    private final Output output;
    private PendingConnect pendingConnect;
    /** Set from close() until the channel is closed. */
    private ChannelPromise closing;

    /** close(2) runs on another thread, because SO_LINGER makes it wait for the peer: socket(7). */
    private boolean closesElsewhere;
    /**
     * {@code channelActive} runs. A handler that speaks first may wait there for the answer, as on Netty's transports.
     */
    private boolean becomingActive;

    StreamUnsafe(StreamChannel channel) {
        super(channel);
        this.channel = channel;
        this.input = new StreamInput(channel, this);
        this.output = new Output(new StreamOutput(channel, this));
    }

    @Override
    public boolean isStream() {
        return channel.isPlainStream();
    }

    // ---- reading

    @Override
    public void attemptRead() {
        input.attempt();
    }

    @Override
    public void onHangup() {
        input.onHangup();
    }

    /** The first read of an accepted connection told whether something was there. */
    public void onFirstRead(boolean hit) {
        channel.onFirstRead(hit);
    }

    StreamInput input() {
        return input;
    }

    // ---- writing

    @Override
    protected Output output() {
        return output;
    }

    @Override
    protected void flush0() {
        if (output.isConnecting()) {
            return; // connected() goes on
        }
        if (outboundBuffer() == null || !channel.isActive()) {
            super.flush0(); // fails pending writes
        } else if (registration() != null) { // else registered() goes on, on the next loop
            output.flush(registration());
        }
    }

    /** Resumes a connect or pending writes on the loop that the channel has come to. */
    void resumeOutput() {
        output.resume(registration());
    }

    /** Completes a close or a half-close that a pass over the queue has held up. */
    void onWritten() {
        if (closing != null && !output.isWriting()) {
            closeNow();
        }
        channel.halfClose().onWritten(outboundBuffer());
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
                output.startConnecting(registration());
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

    /** Completes a connect in the background, with 0 or the errno of its failure. */
    void onConnected(int errno) {
        PendingConnect connect = pendingConnect;
        pendingConnect = null;
        connect.cancelTimeout();
        if (errno == 0) {
            connected(connect.promise(), connect.remote());
        } else {
            connect.promise()
                    .tryFailure(annotateConnectException(
                            Errno.exception("connect", connect.remote(), errno), connect.remote()));
            closeIfClosed();
        }
    }

    private void connected(ChannelPromise promise, SocketAddress remote) {
        channel.remoteAddress(channel.peerAt(remote));
        channel.active(true);
        if (registration() != null) { // else registered() goes on
            registration().watchHangup(true);
            channel.beginPendingRead();
            resumeOutput(); // writes that were flushed while it connected, or before a fast open
        }
        boolean promiseSet = promise.trySuccess();
        becomingActive(true);
        channel.pipeline().fireChannelActive(); // even if a listener has closed: channelInactive comes later
        becomingActive(false);
        if (!promiseSet) {
            close(voidPromise());
        }
    }

    boolean isBecomingActive() {
        return becomingActive;
    }

    void becomingActive(boolean value) {
        becomingActive = value;
    }

    /** Fails a connect whose channel is being closed. */
    void failConnect() {
        if (pendingConnect != null) {
            PendingConnect connect = pendingConnect;
            pendingConnect = null;
            output.stopConnecting();
            connect.cancelTimeout();
            connect.promise().tryFailure(new ClosedChannelException());
        }
    }

    // ---- closing

    /** Whether close() was called within a pass over the queue, which has not returned yet. */
    boolean isClosing() {
        return closing != null;
    }

    @Override
    public void close(ChannelPromise promise) {
        if (closing != null) {
            alsoComplete(promise);
        } else if (promise.setUncancellable()) {
            closing = promise;
            if (!output.isWriting()) {
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
            output.pass(registration());
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
            // Netty does this after close(2). The loop may be gone by then, and the buffers would leak.
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
}
