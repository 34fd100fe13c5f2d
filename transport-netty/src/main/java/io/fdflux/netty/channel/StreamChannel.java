package io.fdflux.netty.channel;

import io.fdflux.engine.Registration;
import io.fdflux.engine.stream.Connect;
import io.fdflux.engine.stream.Input;
import io.fdflux.netty.file.RegionWriter;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.io.Io;
import io.fdflux.posix.socket.Sockets;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.internal.StringUtil;
import io.netty.util.internal.SystemPropertyUtil;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;

/**
 * A connected byte stream over the engine, of whatever socket family.
 *
 * <p>A flush promises its writes: their futures succeed in that call, and the bytes leave at the end of the loop's
 * turn, in one call where possible ({@code FdChannelOption.WRITE_STAGING} switches that off). More than 64 KiB leave at
 * once, and so do writes that are flushed in {@code channelActive}. {@link #close()} attempts pending writes once.
 * Promised bytes still leave after it. The rest fails with {@link ClosedChannelException}, and no peer can delay it.
 * {@link #shutdownOutput()} writes all pending writes before it ends the output. Deregistration attempts pending writes
 * once and takes the rest along.
 */
public abstract class StreamChannel extends EngineChannel implements DuplexChannel {

    private static final boolean STAGING = SystemPropertyUtil.getBoolean("fdflux.staging", true);

    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

    /** Created for the first file region. */
    private RegionWriter regions;
    /** The guess of the listener that accepted this connection, until its first read; null otherwise. */
    private FirstReadGuess firstReads;

    /** A short transfer proves that nothing is left: true of sockets that fdflux has opened. */
    private boolean plainStream = true;

    private volatile boolean staging = STAGING;

    private final HalfClose halfClose = new HalfClose(this);
    private final SpliceQueue splices = new SpliceQueue(this);

    protected StreamChannel(Descriptor toConnect) {
        super(null, toConnect);
    }

    protected StreamChannel(
            Channel parent, Descriptor accepted, SocketAddress remote, SocketAddress local, FirstReadGuess firstReads) {
        super(parent, accepted);
        this.firstReads = firstReads;
        remoteAddress(remote);
        localAddress(local);
        active(true);
    }

    /**
     * The socket may be of another protocol than TCP, or its kernel may decrypt TLS. Before the channel is registered.
     */
    protected final void notPlainStream() {
        plainStream = false;
    }

    final boolean isPlainStream() {
        return plainStream;
    }

    // ---- differences of the families and their options

    /** bind(2), to an address of the user's. */
    protected abstract void bindTo(SocketAddress address) throws IOException;

    /** Checks an address of the user's for {@link #connectTo}; the exception names a wrong one. */
    protected abstract SocketAddress checkedRemote(SocketAddress address) throws IOException;

    /** connect(2): 0, {@code -EINPROGRESS} while it goes on, else another {@code -errno}. */
    protected abstract int connectTo(SocketAddress checked) throws IOException;

    /** Whether the peer's end of stream leaves the channel open. */
    protected abstract boolean halfCloses();

    /**
     * SO_LINGER in seconds, socket(7): with 0 a close resets, with more close(2) may wait, so that it must not run on
     * the loop; negative for neither.
     */
    protected int lingerSeconds() {
        return -1;
    }

    /** Whether a flush promises its writes, which leave at the end of the loop's turn. */
    final boolean isStaging() {
        return staging;
    }

    /** Any thread. */
    final void staging(boolean on) {
        staging = on;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new StreamUnsafe(this);
    }

    protected final StreamUnsafe streamUnsafe() {
        return (StreamUnsafe) ownUnsafe();
    }

    @Override
    protected void doRegister(ChannelPromise promise) {
        streamUnsafe().becomingActive(true);
        super.doRegister(promise); // fires channelActive for an accepted connection
        streamUnsafe().becomingActive(false);
    }

    @Override
    protected void registered() {
        if (isActive()) {
            if (firstReads != null && !firstReads.worthTrying()) {
                firstReads = null;
                registration().doNotSpeculate();
            }
            registration().watchHangup(!isInputShutdown());
            streamUnsafe().resumeOutput();
            splices.registered();
        } else {
            streamUnsafe().resumeOutput();
        }
    }

    /** The first read of an accepted connection told whether something was there. */
    void onFirstRead(boolean hit) {
        if (firstReads != null) {
            firstReads.tried(hit);
            firstReads = null;
        }
    }

    @Override
    protected void doBind(SocketAddress address) throws Exception {
        bindTo(address);
        localAddress(kernelLocalAddress());
    }

    @Override
    void beginRead() {
        if (splices.isActive()) {
            splices.read();
        } else {
            super.beginRead();
        }
    }

    @Override
    void dropRead() {
        if (splices.isActive()) {
            splices.dropRead();
        } else {
            super.dropRead();
        }
    }

    @Override
    protected void doDeregister() {
        if (splices.isActive() && registration() != null) {
            registration().dropRead(); // the splice's, which it asks for again; no read() that has to move along
        }
        super.doDeregister();
    }

    @Override
    boolean mayRead() {
        return isActive(); // a socket that is not connected answers ENOTCONN
    }

    // ---- reading

    /** Whether the next read takes descriptors that a Unix-domain peer has passed, instead of bytes. */
    protected boolean readsDescriptors() {
        return false;
    }

    /**
     * Makes one read call for descriptors and delivers them.
     *
     * @return the bytes that came with them, {@link Input#END}, or {@code -errno}
     */
    protected int readDescriptors(Registration registration, RecvByteBufAllocator.ExtendedHandle sizes) {
        throw new UnsupportedOperationException(this + " carries no descriptors");
    }

    /** recv(2), which reports its bytes to the registration. */
    protected int receive(Registration registration, long address, int capacity) {
        int n = Io.recv(number(), address, capacity);
        if (n > 0) {
            registration.onRead(capacity, n);
        }
        return n;
    }

    // ---- writing

    @Override
    protected Object filterOutboundMessage(Object message) throws Exception {
        if (!takesMessages()) {
            throw new ClosedChannelException();
        }
        if (message instanceof ByteBuf buffer) {
            return buffer.isDirect() ? buffer : direct(buffer);
        }
        if (message instanceof FileRegion || carries(message)) {
            return message;
        }
        throw new UnsupportedOperationException("a socket takes ByteBuf and FileRegion, not "
                + StringUtil.simpleClassName(message) + "; is an encoder missing in the pipeline?");
    }

    /** Whether a write is still possible before the output ends. */
    final boolean takesMessages() {
        return !streamUnsafe().isClosing() && !halfClose.outputEnding();
    }

    /**
     * Whether the output ends once the pending writes are written, and the kernel may send that end along with the last
     * of them: one segment less for both sides, each of which costs more than a call.
     */
    final boolean endsAfterPending() {
        return !takesMessages() && sendsSegments() && isPlainStream() && lingerSeconds() != 0;
    }

    /** Whether the kernel can hold a segment back for the end of the stream. */
    protected boolean sendsSegments() {
        return false;
    }

    /** Whether a socket of this family takes a message that is neither bytes nor a file region. */
    protected boolean carries(Object message) throws IOException {
        return false;
    }

    private ByteBuf direct(ByteBuf buffer) {
        ByteBuf direct = directCopy(buffer);
        ReferenceCountUtil.safeRelease(buffer);
        return direct;
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer out) throws Exception {
        streamUnsafe().advanceOutput(); // not called by this transport, whose writes pass by Output
    }

    /**
     * Makes one call for the message that stands first in the queue, which is not a buffer.
     *
     * @return whether the socket may take more
     */
    protected boolean writeMessage(ChannelOutboundBuffer out) throws Exception {
        return writeRegion(out, (FileRegion) out.current());
    }

    private boolean writeRegion(ChannelOutboundBuffer out, FileRegion region) throws IOException {
        if (regions == null) {
            regions = new RegionWriter(streamUnsafe());
        }
        return regions.write(out, region);
    }

    // ---- splicing

    final SpliceQueue splices() {
        return splices;
    }

    /**
     * Moves incoming bytes to another channel, by splice(2): the bytes never enter this process, and neither pipeline
     * sees them. They are read no faster than the target takes them, without {@link #read()}. A {@code read()} during
     * the splice counts after it. A splice that another thread asks for begins when the loop runs its task; the
     * pipeline gets the bytes that are read before. Several splices of one channel follow one another. In the target's
     * queue, spliced bytes keep their order with other writes.
     *
     * <p>The future succeeds with the number of bytes moved, which is smaller than the length only if the input has
     * ended. It fails if one of the channels is closed or fails first. Cancelling it ends the reading. Bytes that have
     * been read by then still go to the target.
     *
     * @param target a stream channel of fdflux, of any loop, or this one itself
     * @param length how many bytes; {@link Long#MAX_VALUE} for all that come
     * @return the bytes moved, once the target's socket has them
     * @throws UnsupportedOperationException if the operating system has no splice(2): any but Linux
     */
    public final Future<Long> spliceTo(DuplexChannel target, long length) {
        if (!(target instanceof StreamChannel stream)) {
            throw new IllegalArgumentException("a splice goes to a stream channel of fdflux, not to "
                    + StringUtil.simpleClassName(target) + " " + target);
        }
        return splices.splice(new SpliceSink.ToChannel(stream), length);
    }

    /**
     * Moves incoming bytes into a file or a block device, which is never full in the sense of EAGAIN. Writing to it may
     * wait for the disk, and the loop with it.
     *
     * @param file   open for writing, and not for appending; it is neither closed nor are its own position or
     *     flags changed
     * @param offset where to begin in the file, in bytes
     * @param length how many bytes; {@link Long#MAX_VALUE} for all that come
     * @return the bytes moved, once they are written
     * @throws UnsupportedOperationException if the operating system has no splice(2): any but Linux
     */
    public final Future<Long> spliceTo(Descriptor file, long offset, long length) {
        if (offset < 0) {
            throw new IllegalArgumentException("an offset in a file is not negative: " + offset);
        }
        return splices.splice(new SpliceSink.ToFile(file, offset), length);
    }

    // ---- half-close

    @Override
    protected void doShutdownOutput() throws Exception {
        int result = Sockets.shutdownOutput(number());
        if (result < 0) {
            throw Errno.exception("shutdown", this, -result);
        }
        halfClose.outputHasEnded();
    }

    @Override
    public boolean isInputShutdown() {
        return streamUnsafe().input().hasEnded();
    }

    @Override
    public boolean isOutputShutdown() {
        return halfClose.outputEnded();
    }

    @Override
    public boolean isShutdown() {
        return isInputShutdown() && isOutputShutdown();
    }

    final HalfClose halfClose() {
        return halfClose;
    }

    @Override
    public ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        return onLoop(promise, () -> halfClose.shutdownInput(promise));
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        return onLoop(promise, () -> halfClose.shutdownOutput(promise));
    }

    @Override
    public ChannelFuture shutdown() {
        return shutdown(newPromise());
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        HalfClose.shutdown(this, promise);
        return promise;
    }

    private ChannelPromise onLoop(ChannelPromise promise, Runnable task) {
        onLoop(task);
        return promise;
    }

    // ---- closing

    @Override
    protected void doClose() throws Exception {
        try {
            streamUnsafe().failConnect();
            streamUnsafe().dropStaged();
            super.doClose();
        } finally {
            halfClose.closed();
            splices.closed();
            if (regions != null) {
                regions.close();
            }
        }
    }

    /** Takes the socket's pending error: SO_ERROR, socket(7). */
    int takeError() {
        return Connect.takeError(number());
    }
}
