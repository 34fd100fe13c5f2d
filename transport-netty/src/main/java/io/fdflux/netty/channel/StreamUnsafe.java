package io.fdflux.netty.channel;

import io.fdflux.engine.stream.Output;
import io.fdflux.loop.LingeringOutput;
import io.fdflux.netty.file.RegionTarget;
import io.fdflux.posix.Errno;
import io.fdflux.posix.PosixException;
import io.fdflux.posix.socket.Sockets;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.IoEventLoop;
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
 * staged bytes left after that   | the socket lives on with them as a {@link LingeringOutput} of the loop
 * pending writes, in a listener  | closed when the pass over the queue, or the staging, returns, so that the
 * of a write                     | writes which the kernel has taken succeed. New writes are refused from now on
 * no loop, not connected         | closed in this call, pending writes fail
 * SO_LINGER of 0                 | as above, but staged bytes are dropped, because the connection is reset
 * SO_LINGER greater than 0       | as above, but close(2) is called on another thread
 * </pre>
 *
 * {@link StreamOutput} says when a flushed write leaves, and when its promise succeeds.
 */
public final class StreamUnsafe extends OutputUnsafe implements RegionTarget {

    private final StreamChannel channel;
    private final StreamInput input;
    private final StreamOutput pending;
    private final Output output;
    private PendingConnect pendingConnect;
    /** Set from close() until the channel is closed. */
    private ChannelPromise closing;

    /** See {@link io.fdflux.posix.io.Io#sendBeforeEnd}. */
    private boolean heldBack;

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
        this.pending = new StreamOutput(channel, this);
        this.output = new Output(pending);
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

    public boolean isStaging() {
        return channel.isStaging();
    }

    /** Switches staging. Any thread. */
    public void staging(boolean on) {
        channel.staging(on);
    }

    /** Resumes a connect or pending writes on the loop that the channel has come to. */
    void resumeOutput() {
        output.resume(registration());
    }

    /** Completes a close or a half-close that a pass over the queue has held up. */
    void onWritten() {
        if (closing != null && !output.isBusy()) {
            closeNow();
        }
        channel.halfClose().onWritten();
    }

    /** Completes a close or a half-close that a writer asked for when it was told of success. */
    void onStaged() {
        if (closing != null) {
            writeAndClose();
        }
        channel.halfClose().onWritten();
    }

    boolean hasPendingOutput() {
        return pending.hasPending();
    }

    /**
     * Writers were told of the success of what is staged, so its loss is reported to the pipeline. That the peer has
     * gone before (EPIPE) is told by {@code channelInactive}, as if the kernel had taken the bytes and lost them.
     */
    @Override
    public void onWriteError(Throwable cause) {
        if (dropStaged() && !(cause instanceof PosixException failed && failed.errno() == Errno.EPIPE)) {
            channel.pipeline().fireExceptionCaught(cause);
        }
        super.onWriteError(cause);
    }

    /** Drops what is staged: it can be sent no more. */
    boolean dropStaged() {
        boolean any = !pending.stage().isEmpty();
        pending.stage().release();
        output.withdraw();
        return any;
    }

    @Override
    public long promisedBytes() {
        return pending.stage().bytes();
    }

    @Override
    public void sendPromised() {
        GatheredWrite.sendAll(fd(), pending.stage());
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void countWrite(long result) {
        registration().countWrite(result);
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
            if (!output.isBusy()) {
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
        if (pending.hasPending() && channel.isActive() && registration() != null) {
            output.pass(registration());
        } else {
            closeNow();
        }
    }

    private void closeNow() {
        ChannelPromise promise = closing;
        closing = null;
        ChannelOutboundBuffer out = outboundBuffer();
        if (!pending.stage().isEmpty()) {
            linger();
        } else if (heldBack && !channel.isOutputShutdown()) {
            Sockets.shutdownOutput(fd()); // before close(2), which discards what is held back if bytes are unread
        }
        super.close(promise);
        if (closesElsewhere && out != null) {
            // Netty does this after close(2). The loop may be gone by then, and the buffers would leak.
            out.addFlush();
            ClosedChannelException closed = new ClosedChannelException();
            while (out.remove(closed)) {}
        }
    }

    /** The kernel may hold the last segment back for the end of the output. */
    void heldBack() {
        heldBack = true;
    }

    /** Hands the socket and its staged bytes to the loop. */
    private void linger() {
        output.withdraw();
        if (channel.lingerSeconds() != 0 && channel.handLeaseOver()) {
            channel.doDeregister();
            LingeringOutput.start(
                    (IoEventLoop) channel.eventLoop(),
                    channel.descriptor(),
                    pending.takeStage(),
                    channel.lingerSeconds());
        }
    }

    @Override
    protected Executor prepareToClose() {
        closesElsewhere = channel.isOpen() && channel.lingerSeconds() > 0;
        if (!closesElsewhere) {
            return null;
        }
        channel.doDeregister();
        return GlobalEventExecutor.INSTANCE;
    }
}
