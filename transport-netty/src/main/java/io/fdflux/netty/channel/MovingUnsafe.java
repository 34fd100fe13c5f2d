package io.fdflux.netty.channel;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import java.net.SocketAddress;
import java.util.concurrent.RejectedExecutionException;

/**
 * Passes every call to the channel's own unsafe, but registers a channel that moves from the thread of its old loop.
 * The old loop thus finishes its work on the channel before the new loop begins. Tasks still queued on the old loop
 * then find the new one and continue there, because Netty looks the loop up when it runs them.
 */
@SuppressWarnings("deprecation") // the interface uses deprecated types
final class MovingUnsafe implements Channel.Unsafe {

    private final EngineChannel channel;
    private final Channel.Unsafe unsafe;

    MovingUnsafe(EngineChannel channel, Channel.Unsafe unsafe) {
        this.channel = channel;
        this.unsafe = unsafe;
    }

    @Override
    public void register(EventLoop loop, ChannelPromise promise) {
        EventLoop before = channel.wasRegistered() ? channel.eventLoop() : loop;
        if (before != loop && !before.inEventLoop()) {
            try {
                before.execute(() -> unsafe.register(loop, promise));
                return;
            } catch (RejectedExecutionException e) {
                assert before.isShuttingDown() : before;
            }
        }
        unsafe.register(loop, promise);
    }

    @Override
    public void bind(SocketAddress local, ChannelPromise promise) {
        unsafe.bind(local, promise);
    }

    @Override
    public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
        unsafe.connect(remote, local, promise);
    }

    @Override
    public void disconnect(ChannelPromise promise) {
        unsafe.disconnect(promise);
    }

    @Override
    public void close(ChannelPromise promise) {
        unsafe.close(promise);
    }

    @Override
    public void deregister(ChannelPromise promise) {
        unsafe.deregister(promise);
    }

    @Override
    public void beginRead() {
        unsafe.beginRead();
    }

    @Override
    public void write(Object message, ChannelPromise promise) {
        unsafe.write(message, promise);
    }

    @Override
    public void flush() {
        unsafe.flush();
    }

    @Override
    public void closeForcibly() {
        unsafe.closeForcibly();
    }

    @Override
    public RecvByteBufAllocator.Handle recvBufAllocHandle() {
        return unsafe.recvBufAllocHandle();
    }

    @Override
    public SocketAddress localAddress() {
        return unsafe.localAddress();
    }

    @Override
    public SocketAddress remoteAddress() {
        return unsafe.remoteAddress();
    }

    @Override
    public ChannelPromise voidPromise() {
        return unsafe.voidPromise();
    }

    @Override
    public ChannelOutboundBuffer outboundBuffer() {
        return unsafe.outboundBuffer();
    }
}
