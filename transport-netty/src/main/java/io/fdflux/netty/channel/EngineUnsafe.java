package io.fdflux.netty.channel;

import io.fdflux.engine.Registration;
import io.fdflux.loop.LoopHandle;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.netty.channel.Channel;
import io.netty.util.UncheckedBooleanSupplier;
import java.io.IOException;
import java.net.SocketAddress;

/**
 * The loop's side of a channel, for the engine and for the channel's parts in other packages. Its public methods do not
 * appear on the public channel classes.
 */
public abstract class EngineUnsafe extends EngineChannel.NettyUnsafe implements LoopHandle {

    private final EngineChannel channel;
    private final UncheckedBooleanSupplier readReady =
            () -> registration() != null && registration().isReadReady();

    protected EngineUnsafe(EngineChannel channel) {
        channel.super();
        this.channel = channel;
    }

    // ---- for the engine

    @Override
    public final int fd() {
        return channel.number();
    }

    @Override
    public final Channel channel() {
        return channel;
    }

    @Override
    public void onWatchRefused(int errno) {
        channel.pipeline().fireExceptionCaught(Errno.exception("watch", channel.descriptor(), errno));
        close(voidPromise());
    }

    @Override
    public final void close() {
        boolean wasActive = channel.isActive();
        close(voidPromise());
        if (channel.eventLoop().isShutdown() && channel.isRegistered()) {
            // Netty would queue this, but a loop that has shut down accepts no task. Handlers would keep
            // their resources.
            channel.doDeregister();
            if (wasActive) {
                channel.pipeline().fireChannelInactive();
            }
            channel.pipeline().fireChannelUnregistered();
        }
    }

    // ---- for the channel's parts

    /**
     * {@return the loop's side of a channel; null for a channel of another transport} Loop thread only.
     *
     * @param channel any channel
     */
    public static EngineUnsafe of(Channel channel) {
        return channel instanceof EngineChannel ours ? ours.ownUnsafe() : null;
    }

    /** See {@link EngineChannel#isReadPending}. */
    public final boolean isReadPending() {
        return channel.isReadPending();
    }

    /** Tells an allocator's handle whether another read may succeed, as far as is known. */
    public final UncheckedBooleanSupplier readReady() {
        return readReady;
    }

    /** The registration with the loop's engine; null while there is none. */
    public final Registration registration() {
        return channel.registration();
    }

    /** See {@link EngineChannel#priority()}. */
    public final int priority() {
        return channel.priority();
    }

    /** See {@link EngineChannel#priority(int)}. */
    public final void priority(int value) {
        channel.priority(value);
    }

    /** See {@link EngineChannel#leased}. */
    public final <T> T leased(DescriptorCall<T> call) throws IOException {
        return channel.leased(call);
    }

    /** See {@link EngineChannel#takeOver}. */
    public final void takeOver(Descriptor fresh) throws IOException {
        channel.takeOver(fresh);
    }

    public final void setLocalAddress(SocketAddress address) {
        channel.localAddress(address);
    }

    /** See {@link EngineChannel#onLoop}. */
    public final void onLoop(Runnable task) {
        channel.onLoop(task);
    }

    /** See {@link EngineChannel#deliver}. */
    public final void deliver(Object message) {
        channel.deliver(message);
    }

    /** See {@link EngineChannel#backOffFromReading}. */
    public final void backOffFromReading() {
        channel.backOffFromReading();
    }

    /** See {@link EngineChannel#autoReadCleared}. */
    public final void autoReadCleared() {
        channel.autoReadCleared();
    }

    @Override
    public String toString() {
        return channel.toString();
    }
}
