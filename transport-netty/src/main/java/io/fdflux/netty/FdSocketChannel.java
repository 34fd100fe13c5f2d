package io.fdflux.netty;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.SocketOption;
import io.fdflux.posix.SocketOptionCalls;
import io.fdflux.posix.Sockets;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketChannelConfig;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.PromiseNotifier;
import io.netty.util.internal.StringUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;

/**
 * A TCP connection over the engine.
 *
 * <p>What is flushed is written at the end of the loop's turn, in one call where that can be; more than {@value
 * #WRITE_AT_ONCE_BYTES} bytes at once. {@link #close()}, {@link #shutdownOutput()} and deregistration write what was flushed
 * before: where the socket is full, {@code close} keeps the descriptor until the peer has taken it, for as long as
 * {@link FdChannelOption#CLOSE_DRAIN_MILLIS} says. SO_LINGER of 0 resets at once instead.
 */
public final class FdSocketChannel extends FdChannel implements SocketChannel {

    static final int WRITE_AT_ONCE_BYTES = 64 * 1024;

    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

    private final FdSocketChannelConfig config;
    private final RegionChannel regions = new RegionChannel(this);
    /** Of the listener that accepted this connection, until its first read; null otherwise. */
    private FirstReadGuess firstReads;

    private volatile boolean inputShutdown;
    private volatile boolean outputShutdown;
    private ChannelPromise shutdownWhenWritten;

    /**
     * Opens a socket, for both Internet families where the system lets one serve both.
     *
     * @throws UncheckedIOException if the process has no descriptors left
     */
    public FdSocketChannel() {
        super(null, open());
        config = new FdSocketChannelConfig(this, false);
    }

    FdSocketChannel(
            FdServerSocketChannel parent,
            Descriptor accepted,
            InetSocketAddress remote,
            InetSocketAddress local,
            FirstReadGuess firstReads) {
        super(parent, accepted);
        config = new FdSocketChannelConfig(this, true);
        this.firstReads = firstReads;
        remoteAddress(remote);
        localAddress(local);
        active(true);
    }

    private static Descriptor open() {
        try {
            return Sockets.tcp(ipv6());
        } catch (IOException e) {
            throw new UncheckedIOException("no socket to connect", e);
        }
    }

    @Override
    public ServerSocketChannel parent() {
        return (ServerSocketChannel) super.parent();
    }

    @Override
    public SocketChannelConfig config() {
        return config;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new SocketUnsafe(this);
    }

    private SocketUnsafe socketUnsafe() {
        return (SocketUnsafe) unsafe();
    }

    @Override
    void registered() {
        if (isActive()) {
            if (firstReads != null && !firstReads.worthTrying()) {
                firstReads = null;
                registration().doNotSpeculate();
            }
            registration().watchHangup(!inputShutdown);
            socketUnsafe().resumeWriting();
        }
    }

    /** The first read of an accepted connection told whether something was there. */
    void firstReadTold(boolean hit) {
        if (firstReads != null) {
            firstReads.tried(hit);
            firstReads = null;
        }
    }

    @Override
    protected void doBind(SocketAddress address) throws Exception {
        Sockets.bind(fd(), resolved(address), ipv6());
        localAddress(Sockets.localAddress(fd()));
    }

    @Override
    protected void doBeginRead() {
        if (!socketUnsafe().isDraining()) {
            super.doBeginRead();
        }
    }

    @Override
    boolean mayRead() {
        return isActive(); // a socket that is not connected answers ENOTCONN
    }

    // ---- writing

    @Override
    protected Object filterOutboundMessage(Object message) throws Exception {
        if (socketUnsafe().isDraining() || shutdownWhenWritten != null) {
            throw new ClosedChannelException();
        }
        if (message instanceof ByteBuf buffer) {
            return buffer.isDirect() ? buffer : direct(buffer);
        }
        if (message instanceof FileRegion) {
            return message;
        }
        throw new UnsupportedOperationException("a socket takes ByteBuf and FileRegion, not "
                + StringUtil.simpleClassName(message) + "; is an encoder missing in the pipeline?");
    }

    private ByteBuf direct(ByteBuf buffer) {
        ByteBuf direct = alloc().directBuffer(buffer.readableBytes());
        direct.writeBytes(buffer, buffer.readerIndex(), buffer.readableBytes());
        ReferenceCountUtil.safeRelease(buffer);
        return direct;
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer out) throws Exception {
        for (int spin = config.getWriteSpinCount(); spin > 0 && !out.isEmpty() && isOpen(); spin--) {
            boolean whole = out.current() instanceof FileRegion region ? writeRegion(out, region) : writeBuffers(out);
            if (!whole) {
                registration().writeWouldBlock();
                break;
            }
        }
        // A callback may have closed the channel, and so emptied the queue.
        if (registration() != null && isOpen() && !out.isEmpty()) {
            registration().wantWrite();
        }
    }

    private boolean writeBuffers(ChannelOutboundBuffer out) throws Exception {
        GatheredWrite gathered = GatheredWrite.ofLoop();
        long n = gathered.write(fd(), out);
        // Kept apart from the thread's instance: the callbacks of removeBytes may write other channels.
        long asked = gathered.asked();
        if (asked > 0) {
            registration().counters().writeCall(Math.max(n, 0));
        }
        if (n == -Errno.EAGAIN) {
            registration().counters().writeWouldBlock();
            return false;
        }
        if (n < 0) {
            throw Errno.exception("send", this, (int) -n);
        }
        out.removeBytes(n);
        return n == asked;
    }

    private boolean writeRegion(ChannelOutboundBuffer out, FileRegion region) throws Exception {
        if (region.transferred() < region.count()) {
            long n = region.transferTo(regions, region.transferred());
            if (n > 0) {
                out.progress(n);
            } else if (!regions.blocked()) {
                throw new IOException("a file region of " + region.count() + " bytes ended after "
                        + region.transferred() + "; was the file truncated?");
            }
        }
        if (region.transferred() >= region.count()) {
            out.remove();
            return true;
        }
        return !regions.blocked();
    }

    /** After each write: what waited for the queue to become empty. */
    void written(ChannelOutboundBuffer out) {
        if (shutdownWhenWritten != null && (out == null || out.isEmpty())) {
            ChannelPromise promise = shutdownWhenWritten;
            shutdownWhenWritten = null;
            socketUnsafe().shutdownOutput(promise);
        }
    }

    // ---- half-close

    @Override
    protected void doShutdownOutput() throws Exception {
        int result = Sockets.shutdownOutput(fd());
        if (result < 0) {
            throw Errno.exception("shutdown", this, -result);
        }
        outputShutdown = true;
    }

    @Override
    public boolean isInputShutdown() {
        return inputShutdown;
    }

    @Override
    public boolean isOutputShutdown() {
        return outputShutdown;
    }

    @Override
    public boolean isShutdown() {
        return inputShutdown && outputShutdown;
    }

    /** The input has ended, by the peer's FIN or by {@link #shutdownInput()}. */
    void inputHasEnded() {
        inputShutdown = true;
        if (registration() != null) {
            registration().watchHangup(false);
        }
    }

    @Override
    public ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        return onLoop(promise, () -> {
            int result = Sockets.shutdownInput(fd());
            if (result < 0) {
                promise.setFailure(Errno.exception("shutdown", this, -result));
            } else {
                inputHasEnded();
                promise.setSuccess();
            }
        });
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        return onLoop(promise, () -> {
            socketUnsafe().writeNow();
            ChannelOutboundBuffer out = unsafe().outboundBuffer();
            if (out == null || out.isEmpty()) {
                socketUnsafe().shutdownOutput(promise);
            } else if (shutdownWhenWritten == null) {
                shutdownWhenWritten = promise;
            } else {
                PromiseNotifier.cascade(false, shutdownWhenWritten, promise);
            }
        });
    }

    @Override
    public ChannelFuture shutdown() {
        return shutdown(newPromise());
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        shutdownOutput()
                .addListener(output -> shutdownInput().addListener(input -> {
                    Throwable cause = output.cause() != null ? output.cause() : input.cause();
                    if (cause == null) {
                        promise.setSuccess();
                    } else {
                        promise.setFailure(cause);
                    }
                }));
        return promise;
    }

    private ChannelPromise onLoop(ChannelPromise promise, Runnable task) {
        if (eventLoop().inEventLoop()) {
            task.run();
        } else {
            eventLoop().execute(task);
        }
        return promise;
    }

    // ---- closing

    @Override
    protected void doClose() throws Exception {
        try {
            socketUnsafe().failConnect();
            super.doClose();
        } finally {
            inputShutdown = true;
            outputShutdown = true;
            ChannelPromise promise = shutdownWhenWritten;
            if (promise != null) {
                shutdownWhenWritten = null;
                promise.tryFailure(new ClosedChannelException());
            }
        }
    }

    /** Whether close(2) shall reset the connection, as SO_LINGER of 0 asks. */
    boolean closesByReset() {
        return config.getSoLinger() == 0;
    }

    long drainNanos() {
        return TimeUnit.MILLISECONDS.toNanos(config.closeDrainMillis());
    }

    /** What SO_ERROR holds; reading clears it. */
    int takeError() {
        return Math.max(0, SocketOptionCalls.get(fd(), SocketOption.ERROR));
    }
}
