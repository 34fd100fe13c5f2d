package io.fdflux.netty.channel;

import io.fdflux.engine.Registration;
import io.fdflux.engine.stream.BufferMemory;
import io.fdflux.loop.LoopHandle;
import io.fdflux.loop.Placement;
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
 * A channel over a descriptor: registration with the engine, addresses, life cycle. {@code read()} and {@code flush()}
 * become demand at the registration, and the engine asks the channel for attempts in return. Loop thread only, except
 * where a method says otherwise.
 *
 * <p>A move between loops is {@link #doDeregister} on the old loop and {@link #doRegister} on the new one;
 * {@link MovingUnsafe} orders the two.
 */
public abstract class EngineChannel extends AbstractChannel implements UnixChannel {

    static final long BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Most channels never have one. */
    private static final List<ChannelTimer> NO_TIMERS = List.of();

    private static final AtomicIntegerFieldUpdater<EngineChannel> LEASED =
            AtomicIntegerFieldUpdater.newUpdater(EngineChannel.class, "leased");

    private final Descriptor descriptor;
    /** 1 while this channel keeps the number open, from its constructor to {@link #doClose}. */
    private volatile int leased;
    /**
     * Listener of the second lease, for a descriptor that others can close; null without one. Guarded by
     * the descriptor.
     */
    private Runnable whenClosedByOthers;
    /** Created on first use: the superclass's constructor asks for it, and an initializer here would discard it. */
    private MovingUnsafe movingUnsafe;

    private IoRegistration loopRegistration;
    private Registration registration;
    private volatile NettyDescriptor nettyDescriptor;
    private volatile boolean shared;
    private SocketAddress local;
    private SocketAddress remote;
    private volatile boolean active;
    /** A {@code read()} is pending, because the channel has no loop or cannot read yet. */
    private boolean readPending;
    /** The last {@code read()} came with auto-read off, so only its caller may cancel it. */
    private boolean readByHand;

    private boolean backingOff;
    /** The running timers. */
    private List<ChannelTimer> timers = NO_TIMERS;

    private volatile boolean wasRegistered;
    /** Of its attempts in the passes of its loop. */
    private volatile int priority;

    protected EngineChannel(Channel parent, Descriptor descriptor) {
        super(parent);
        this.descriptor = descriptor;
        this.leased = descriptor.lease() ? 1 : 0;
    }

    @Override
    public final Unsafe unsafe() {
        if (movingUnsafe == null) {
            movingUnsafe = new MovingUnsafe(this, super.unsafe());
        }
        return movingUnsafe;
    }

    /** The object that {@code newUnsafe} created; loop thread only. */
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
     * Makes a call while a lease keeps the number open. Any thread.
     *
     * @throws ClosedChannelException if the channel is closed
     */
    protected final <T> T leased(DescriptorCall<T> call) throws IOException {
        return DescriptorCall.on(descriptor, ClosedChannelException::new, call);
    }

    /** {@return the descriptor as a Netty type; closing it closes the channel} */
    @Override
    public final FileDescriptor fd() {
        share();
        if (nettyDescriptor == null) {
            nettyDescriptor = new NettyDescriptor(descriptor);
        }
        return nettyDescriptor;
    }

    /**
     * Completes a channel over a descriptor that was opened elsewhere. Other descriptors of the same socket may exist.
     *
     * @param calls the first calls on the socket; if they throw, the caller still owns the descriptor
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

    /** Closes the channel when another owner closes the descriptor or its open file. */
    private void share() {
        shared = true;
        synchronized (descriptor) {
            if (whenClosedByOthers == null && leased == 1) {
                whenClosedByOthers = this::closedByOthers; // before the lease, which may notify during the call
                if (!descriptor.lease(whenClosedByOthers)) {
                    whenClosedByOthers = null;
                }
            }
        }
    }

    /** Any thread. A channel that never had a loop only releases its lease, and its registration will fail. */
    private void closedByOthers() {
        if (wasRegistered) {
            close();
        } else {
            release();
        }
    }

    private void unshare() {
        if (!shared) {
            return; // share() sets it before it looks at the lease, which release() ends before it looks here
        }
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

    /** Releases the lease, once. The last lease of a closed descriptor closes its number. */
    private void release() {
        if (LEASED.compareAndSet(this, 1, 0)) {
            unshare();
            descriptor.releaseUnchecked(); // closing a socket writes nothing back, so no error is lost
        }
    }

    /**
     * Hands the lease to the caller, who releases it instead of {@link #doClose}.
     *
     * @return false if there is none any more
     */
    final boolean handLeaseOver() {
        return LEASED.compareAndSet(this, 1, 0);
    }

    /**
     * Replaces the open file under this channel's number with dup3(2), which closes the previous one. Loop thread only.
     *
     * @param fresh the new open file; the caller still closes this descriptor, and the open file lives on under
     *     both numbers
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

    /** The registration with the loop's engine; null while there is none. */
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
        // An unbound socket has a wildcard address, which AbstractChannel would cache for ever.
        if (local == null && active && descriptor.lease()) {
            try {
                local = kernelLocalAddress();
            } finally {
                descriptor.releaseUnchecked();
            }
        }
        return local;
    }

    /** The local address that the kernel reports; null if the socket is unbound. */
    protected abstract SocketAddress kernelLocalAddress();

    @Override
    protected SocketAddress remoteAddress0() {
        return remote;
    }

    /** The peer of a socket that was connected to an address. */
    protected SocketAddress peerAt(SocketAddress connectedTo) {
        return connectedTo;
    }

    @Override
    protected void doRegister(ChannelPromise promise) {
        boolean moved = wasRegistered;
        wasRegistered = true; // before isOpen(), see closedByOthers
        if (!descriptor.isOpen()) {
            promise.setFailure(new ClosedDescriptorException(descriptor, "register"));
            return;
        }
        // On the loop's thread the future is complete on return.
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
        prioritize();
        if (moved) {
            timers.forEach(ChannelTimer::start);
        }
        registered();
        beginPendingRead();
        promise.setSuccess();
    }

    /** {@return its priority on its loop} Any thread. */
    final int priority() {
        return priority;
    }

    /** Changes its priority on this loop and the next ones. Any thread. */
    final void priority(int value) {
        priority = Placement.checkPriority(value);
        if (isRegistered()) {
            onLoop(this::prioritize);
        }
    }

    private void prioritize() {
        if (registration != null) {
            registration.prioritize(priority, priority);
        }
    }

    /** {@return whether a loop had this channel before} */
    final boolean wasRegistered() {
        return wasRegistered;
    }

    /** Runs after each registration with an engine; the place to add interests and to write. */
    protected void registered() {}

    @Override
    protected void doDeregister() {
        if (loopRegistration != null) {
            readPending |= registration.isReadWanted(); // a pending read moves to the next loop
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

    /** Serves a {@code read()}, new or pending. */
    void beginRead() {
        if (registration != null && !backingOff && mayRead()) {
            registration.wantRead();
        } else {
            readPending = true;
        }
    }

    /** Whether a read can succeed at all. When this becomes true later, call {@link #beginPendingRead}. */
    boolean mayRead() {
        return true;
    }

    /** Whether a {@code read()} has not been served yet, be it by the engine or because it came too early. */
    final boolean isReadPending() {
        return readPending || registration != null && registration.isReadWanted();
    }

    /** Serves a {@code read()} that came too early. */
    final void beginPendingRead() {
        if (readPending && !backingOff && mayRead()) {
            readPending = false;
            beginRead();
        }
    }

    /**
     * Backs off from reading after an error that would repeat, because the pending input would be reported
     * again immediately.
     */
    final void backOffFromReading() {
        backingOff = true;
        if (registration.isReadWanted()) {
            registration.dropRead();
            readPending = true;
        }
        after(BACKOFF_NANOS, this::resumeReading);
    }

    private void resumeReading() {
        backingOff = false;
        if (isOpen()) {
            beginPendingRead();
        }
    }

    /** Delivers a message. A handler's {@code read()} during a read is served by the next message of the same read. */
    final void deliver(Object message) {
        if (registration != null) {
            registration.dropRead();
        }
        pipeline().fireChannelRead(message);
    }

    /** Cancels a pending read after auto-read was switched off. Any thread. */
    final void autoReadCleared() {
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
            // The loop has ended, so no read is left to cancel.
        }
    }

    /** Runs a task on the channel's present loop: directly on its thread, else through its queue. Any thread. */
    final void onLoop(Runnable task) {
        EventLoop loop = eventLoop();
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(() -> onLoop(task));
        }
    }

    /** Runs a task after a delay, on the channel's loop of that moment. Loop thread only. */
    protected final ChannelTimer after(long nanos, Runnable task) {
        ChannelTimer timer = new ChannelTimer(this, task, nanos);
        if (timers == NO_TIMERS) {
            timers = new ArrayList<>(1);
        }
        timers.add(timer);
        timer.start();
        return timer;
    }

    final List<ChannelTimer> timers() {
        return timers;
    }

    /** Cancels a pending read, if auto-read is off. */
    void dropRead() {
        if (!config().isAutoRead()) {
            readPending = false;
            if (registration != null) {
                registration.dropRead();
            }
        }
    }

    /** Copies a buffer into direct memory, which the kernel can read; the caller still owns the original. */
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
            localAddress0(); // caches the address, which the kernel forgets
        }
        active = false;
        if (registration != null) {
            registration.closing(shared);
        }
        unshare(); // this close needs no notification
        descriptor.close(); // closes the number with the last lease
        release();
    }

    /** Netty's class under a name that this package's classes can extend. */
    abstract class NettyUnsafe extends AbstractUnsafe {}
}
