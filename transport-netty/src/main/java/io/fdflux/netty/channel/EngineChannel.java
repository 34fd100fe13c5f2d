package io.fdflux.netty.channel;

import io.fdflux.engine.Registration;
import io.fdflux.engine.stream.BufferMemory;
import io.fdflux.loop.LoopHandle;
import io.fdflux.posix.ClosedDescriptorException;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.socket.Sockets;
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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * A channel over a descriptor: its registration with the engine, its addresses, its life. What a {@code read()} or a
 * {@code flush()} asks for becomes demand there; the engine asks for attempts in return.
 */
public abstract class EngineChannel extends AbstractChannel implements UnixChannel {

    private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final AtomicIntegerFieldUpdater<EngineChannel> LEASED =
            AtomicIntegerFieldUpdater.newUpdater(EngineChannel.class, "leased");

    private final Descriptor descriptor;
    /** 1 while this channel keeps the number open: from its constructor to {@link #doClose}. */
    private volatile int leased;
    /**
     * Of the second lease, of a descriptor that others can close; null if nobody has seen it. Guarded by
     * the descriptor.
     */
    private Runnable whenClosedByOthers;
    /** Made when the superclass's constructor asks for it: an initializer here would undo that. */
    private LoopUnsafe loopUnsafe;

    private IoRegistration loopRegistration;
    private Registration registration;
    private volatile NettyDescriptor nettyDescriptor;
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

    protected EngineChannel(Channel parent, Descriptor descriptor) {
        super(parent);
        this.descriptor = descriptor;
        this.leased = descriptor.lease() ? 1 : 0;
    }

    @Override
    public final Unsafe unsafe() {
        if (loopUnsafe == null) {
            loopUnsafe = new LoopUnsafe(this, super.unsafe());
        }
        return loopUnsafe;
    }

    /** What {@code newUnsafe} has made: for the thread of the loop. */
    protected final EngineUnsafe ownUnsafe() {
        return (EngineUnsafe) super.unsafe();
    }

    protected final int number() {
        return descriptor.number();
    }

    final Descriptor descriptor() {
        return descriptor;
    }

    /**
     * Makes a call while the number is kept open. Any thread.
     *
     * @throws ClosedChannelException if the channel is closed
     */
    protected final <T> T leased(DescriptorCall<T> call) throws IOException {
        return DescriptorCall.on(descriptor, ClosedChannelException::new, call);
    }

    /** {@return the descriptor, as Netty's users know it; closing it closes the channel} */
    @Override
    public final FileDescriptor fd() {
        share();
        if (nettyDescriptor == null) {
            nettyDescriptor = new NettyDescriptor(descriptor);
        }
        return nettyDescriptor;
    }

    /**
     * Completes a channel over a descriptor that somebody else has opened, and may have another of the same socket.
     *
     * @param calls what is asked of the socket first; if it fails, the descriptor stays its owner's
     */
    protected final void adopt(DescriptorCall<?> calls) throws IOException {
        if (leased == 0) {
            throw new ClosedDescriptorException(descriptor, "channel");
        }
        try {
            calls.make(descriptor.number());
        } catch (IOException | RuntimeException | Error e) {
            release();
            throw e;
        }
        share();
    }

    /** Others have the descriptor, or its open file: who closes it closes the channel. */
    private void share() {
        shared = true;
        synchronized (descriptor) {
            if (whenClosedByOthers == null && leased == 1) {
                whenClosedByOthers = this::closedByOthers; // before the lease, which may notify at once
                if (!descriptor.lease(whenClosedByOthers)) {
                    whenClosedByOthers = null;
                }
            }
        }
    }

    /** Any thread. A channel that no loop has had yet lets go here, and its registration will fail. */
    private void closedByOthers() {
        if (wasRegistered) {
            close();
        } else {
            release();
        }
    }

    private void unshare() {
        synchronized (descriptor) {
            if (whenClosedByOthers != null) {
                try {
                    descriptor.release(whenClosedByOthers);
                } catch (IOException e) {
                    throw new UncheckedIOException(e); // not the last lease: the channel has another one
                }
                whenClosedByOthers = null;
            }
        }
    }

    /** Lets the number go, once. If it was closed, its last user closes it. */
    private void release() {
        if (LEASED.compareAndSet(this, 1, 0)) {
            unshare();
            descriptor.releaseUnchecked(); // a socket: nothing is written back when it is closed
        }
    }

    /**
     * Puts another open file under this channel's number, by dup3(2), which closes the one before. Loop thread only.
     *
     * @param fresh stays the caller's to close; the open file lives on under both numbers
     */
    protected final void takeOver(Descriptor fresh) throws IOException {
        leased(number -> {
            if (registration != null) {
                registration.replacing(shared);
            }
            Sockets.takeOver(fresh, descriptor);
            return null;
        });
    }

    /** The registration with the loop's engine, or null before and after. */
    protected final Registration registration() {
        return registration;
    }

    protected final void active(boolean value) {
        active = value;
    }

    protected final void localAddress(SocketAddress address) {
        local = address;
    }

    protected final void remoteAddress(SocketAddress address) {
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
        return loop instanceof IoEventLoopGroup group && group.isCompatible(LoopHandle.class);
    }

    @Override
    protected SocketAddress localAddress0() {
        // A socket that is not bound has a wildcard address, which AbstractChannel would keep for ever.
        if (local == null && active && descriptor.lease()) {
            try {
                local = kernelLocalAddress();
            } finally {
                descriptor.releaseUnchecked();
            }
        }
        return local;
    }

    /** What the kernel says that the socket is bound to; null for nothing. */
    protected abstract SocketAddress kernelLocalAddress();

    @Override
    protected SocketAddress remoteAddress0() {
        return remote;
    }

    /** Who the peer of a socket is that has been connected to an address. */
    protected SocketAddress peerAt(SocketAddress connectedTo) {
        return connectedTo;
    }

    @Override
    protected void doRegister(ChannelPromise promise) {
        boolean moved = wasRegistered;
        wasRegistered = true; // before the descriptor is looked at: see closedByOthers
        if (!descriptor.isOpen()) {
            promise.setFailure(new ClosedDescriptorException(descriptor, "register"));
            return;
        }
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
        if (moved) {
            timers.forEach(ChannelTimer::start);
        }
        registered();
        beginReadThatWaited();
        promise.setSuccess();
    }

    /** {@return whether a loop had this channel before} */
    final boolean wasRegistered() {
        return wasRegistered;
    }

    /** The engine has the descriptor: for what is to be watched or written from now on. */
    protected void registered() {}

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

    /**
     * Hands a message up. A {@code read()} made while a read goes on is answered by the next message of the same read.
     */
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
    protected final ChannelTimer after(long nanos, Runnable task) {
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
    protected final ByteBuf directCopy(ByteBuf buffer) {
        return BufferMemory.copy(buffer, alloc());
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
        unshare(); // this close is no news
        descriptor.close(); // the number is closed with the last lease
        release();
    }

    /** Netty's, by a name that this package's classes can extend. */
    abstract class NettyUnsafe extends AbstractUnsafe {}
}
