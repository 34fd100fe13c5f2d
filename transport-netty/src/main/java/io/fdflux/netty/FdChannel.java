package io.fdflux.netty;

import io.fdflux.FdHandle;
import io.fdflux.FdRegistration;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoRegistration;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A channel over a descriptor: its registration with the engine, its addresses, its life. What a {@code read()} or a
 * {@code flush()} asks for becomes demand there; the engine asks for attempts in return.
 */
abstract class FdChannel extends AbstractChannel implements UnixChannel {

    private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Descriptor descriptor;
    /** Made when the superclass's constructor asks for it: an initializer here would undo that. */
    private LoopUnsafe loopUnsafe;

    private IoRegistration loopRegistration;
    private FdRegistration registration;
    private volatile FdFileDescriptor nettyDescriptor;
    private volatile boolean shared;
    private SocketAddress local;
    private SocketAddress remote;
    private volatile boolean active;
    /** A {@code read()} came while there was no loop, or while it would have failed. */
    private boolean readWaits;
    /** The last {@code read()} came with auto-read off: it is its caller's, and nobody else takes it back. */
    private boolean readByHand;

    private boolean resting;
    /** Those that run; few, and seldom any. */
    private final List<ChannelTimer> timers = new ArrayList<>(0);

    private volatile boolean wasRegistered;

    private volatile boolean pulls;

    FdChannel(Channel parent, Descriptor descriptor) {
        super(parent);
        this.descriptor = descriptor;
    }

    @Override
    public final Unsafe unsafe() {
        if (loopUnsafe == null) {
            loopUnsafe = new LoopUnsafe(this, super.unsafe());
        }
        return loopUnsafe;
    }

    /** What {@code newUnsafe} has made: for the thread of the loop. */
    final FdUnsafe ownUnsafe() {
        return (FdUnsafe) super.unsafe();
    }

    final int number() {
        return descriptor.number();
    }

    /** The number, for calls of any thread: once the channel is closed it may be another one's. */
    final int openNumber() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
        return descriptor.number();
    }

    /** {@return the descriptor, as Netty's users know it; closing it closes it under the channel} */
    @Override
    public final FileDescriptor fd() {
        shared = true;
        if (nettyDescriptor == null) {
            nettyDescriptor = new FdFileDescriptor(descriptor);
        }
        return nettyDescriptor;
    }

    /** Somebody else has opened the descriptor, and may have another of the same socket. */
    final void adopted() {
        shared = true;
    }

    /** The registration with the loop's engine, or null before and after. */
    final FdRegistration registration() {
        return registration;
    }

    final void active(boolean value) {
        active = value;
    }

    final void localAddress(SocketAddress address) {
        local = address;
    }

    final void remoteAddress(SocketAddress address) {
        remote = address;
    }

    @Override
    public boolean isOpen() {
        return descriptor.isOpen();
    }

    @Override
    public boolean isActive() {
        return active;
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return loop instanceof IoEventLoopGroup group && group.isCompatible(FdHandle.class);
    }

    @Override
    protected SocketAddress localAddress0() {
        // A socket that is not bound has a wildcard address, which AbstractChannel would keep for ever.
        if (local == null && active) {
            local = kernelLocalAddress();
        }
        return local;
    }

    /** What the kernel says that the socket is bound to; null for nothing. */
    abstract SocketAddress kernelLocalAddress();

    @Override
    protected SocketAddress remoteAddress0() {
        return remote;
    }

    /** Who the peer of a socket is that has been connected to an address. */
    SocketAddress peerAt(SocketAddress connectedTo) {
        return connectedTo;
    }

    @Override
    protected void doRegister(ChannelPromise promise) {
        // On the loop's thread this is done when it returns.
        var registered = ((IoEventLoop) eventLoop()).register(ownUnsafe());
        if (!registered.isSuccess()) {
            promise.setFailure(
                    registered.isDone()
                            ? registered.cause()
                            : new RejectedExecutionException(this + " must be registered on the thread of its loop"));
            return;
        }
        loopRegistration = registered.getNow();
        registration = loopRegistration.attachment();
        if (wasRegistered) {
            timers.forEach(ChannelTimer::start);
        }
        wasRegistered = true;
        registered();
        beginReadThatWaited();
        promise.setSuccess();
    }

    /** {@return whether a loop had this channel before} */
    final boolean wasRegistered() {
        return wasRegistered;
    }

    /** The engine has the descriptor: for what is to be watched or written from now on. */
    void registered() {}

    @Override
    protected void doDeregister() {
        if (loopRegistration != null) {
            readWaits |= registration.isReadWanted(); // it moves along, to the next loop
            loopRegistration.cancel();
            loopRegistration = null;
            registration = null;
        }
    }

    @Override
    protected final void doBeginRead() {
        readByHand = !config().isAutoRead();
        beginRead();
    }

    /** A read that was asked for, now or before, is to be answered. */
    void beginRead() {
        if (registration != null && !resting && mayRead()) {
            registration.wantRead();
        } else {
            readWaits = true;
        }
    }

    /** Whether a read can succeed at all. Where this becomes true later, {@link #beginReadThatWaited} must follow. */
    boolean mayRead() {
        return true;
    }

    /** A {@code read()} that came too early counts from now on. */
    final void beginReadThatWaited() {
        if (readWaits && !resting && mayRead()) {
            readWaits = false;
            beginRead();
        }
    }

    /** No attempt to read for a moment: it does nothing but fail, and what waits would be reported at once again. */
    final void restFromReading() {
        resting = true;
        if (registration.isReadWanted()) {
            registration.dropRead();
            readWaits = true;
        }
        after(REST_NANOS, this::resumeReading);
    }

    private void resumeReading() {
        resting = false;
        if (isOpen()) {
            beginReadThatWaited();
        }
    }

    /** Hands a message up. A {@code read()} made while a read goes on is answered by the next message of the same read. */
    final void deliver(Object message) {
        if (registration != null) {
            registration.dropRead();
        }
        pipeline().fireChannelRead(message);
    }

    /** Auto-read was switched off: a read that has not found anything yet is taken back. Any thread. */
    final void autoReadCleared() {
        pulls = true;
        if (!wasRegistered) {
            return;
        }
        try {
            onLoop(() -> {
                if (!readByHand) {
                    dropRead();
                }
            });
        } catch (RejectedExecutionException e) {
            // The loop has ended: nobody reads.
        }
    }

    /** Runs something on the loop that has the channel by then: at once where this is its thread. Any thread. */
    final void onLoop(Runnable task) {
        EventLoop loop = eventLoop();
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(() -> onLoop(task));
        }
    }

    /** Runs something after a time, on the loop that has the channel by then. Loop thread only. */
    final ChannelTimer after(long nanos, Runnable task) {
        ChannelTimer timer = new ChannelTimer(this, task, nanos);
        timers.add(timer);
        timer.start();
        return timer;
    }

    final List<ChannelTimer> timers() {
        return timers;
    }

    /** {@return whether auto-read was ever off: the owner decides when to read, by what has been written perhaps} */
    final boolean pulls() {
        return pulls;
    }

    /** Auto-read is off. */
    void dropRead() {
        if (!config().isAutoRead()) {
            readWaits = false;
            if (registration != null) {
                registration.dropRead();
            }
        }
    }

    /** A copy that the kernel can read; the original stays its owner's. */
    final ByteBuf directCopy(ByteBuf buffer) {
        ByteBuf direct = alloc().directBuffer(buffer.readableBytes());
        try {
            return direct.writeBytes(buffer, buffer.readerIndex(), buffer.readableBytes());
        } catch (RuntimeException e) { // it has been released already
            direct.release();
            throw e;
        }
    }

    @Override
    protected void doDisconnect() throws Exception {
        doClose();
    }

    @Override
    protected void doClose() throws Exception {
        if (descriptor.isOpen()) {
            localAddress0(); // the kernel forgets it; asks only if nobody has asked before
        }
        active = false;
        if (registration != null) {
            registration.closing(shared);
        }
        descriptor.close();
    }

    /** What the engine drives. */
    abstract class FdUnsafe extends AbstractUnsafe implements FdHandle {

        @Override
        public final int fd() {
            return descriptor.number();
        }

        @Override
        public final Channel channel() {
            return FdChannel.this;
        }

        @Override
        public void refused(int errno) {
            pipeline().fireExceptionCaught(Errno.exception("watch", descriptor, errno));
            close(voidPromise());
        }

        @Override
        public final void close() {
            boolean wasActive = isActive();
            close(voidPromise());
            if (eventLoop().isShutdown() && isRegistered()) {
                // Netty has a task of the loop do this, which takes none any more: handlers would keep what they hold.
                doDeregister();
                if (wasActive) {
                    pipeline().fireChannelInactive();
                }
                pipeline().fireChannelUnregistered();
            }
        }

        @Override
        public String toString() {
            return FdChannel.this.toString();
        }
    }
}
