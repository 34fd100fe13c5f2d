package io.fdflux.reactor.netty;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.nio.NioIoHandle;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import reactor.netty.resources.LoopResources;

/**
 * The JDK's NIO, for users who ask Reactor Netty not to prefer a native transport. Its loops are created on first
 * use. Thread-safe.
 */
final class NioLoops {

    private final LoopResources resources;
    private EventLoopGroup loops;
    private boolean closed;

    NioLoops(String prefix, int count, boolean daemon) {
        resources = LoopResources.create(prefix, count, daemon);
    }

    /**
     * {@return the implementation of a type, or null if there is none} None for the Unix domain, because Netty's NIO
     * channels for it do not have the types that Reactor Netty asks for.
     */
    static FdLoopResources.Kind kind(Class<? extends Channel> type) {
        if (type == SocketChannel.class) {
            return new FdLoopResources.Kind(NioSocketChannel.class, NioSocketChannel::new);
        } else if (type == ServerSocketChannel.class) {
            return new FdLoopResources.Kind(NioServerSocketChannel.class, NioServerSocketChannel::new);
        } else if (type == DatagramChannel.class) {
            return new FdLoopResources.Kind(NioDatagramChannel.class, NioDatagramChannel::new);
        }
        return null;
    }

    /** {@return whether the group runs NIO channels} */
    static boolean has(EventLoopGroup group) {
        return group.iterator().next() instanceof IoEventLoop loop && loop.isCompatible(NioIoHandle.class);
    }

    synchronized EventLoopGroup servers() {
        if (loops == null) {
            loops = resources.onServer(false);
            if (closed) {
                close(Duration.ZERO, Duration.ZERO);
            }
        }
        return loops;
    }

    synchronized EventLoopGroup clients() {
        EventLoopGroup all = servers();
        return closed
                ? all
                : resources.onClient(false); // onClient() begins with a task on each loop, which a closed loop refuses
    }

    synchronized void close(Duration quietPeriod, Duration timeout) {
        closed = true;
        if (loops != null) {
            loops.shutdownGracefully(
                    TimeUnit.NANOSECONDS.convert(quietPeriod),
                    TimeUnit.NANOSECONDS.convert(timeout),
                    TimeUnit.NANOSECONDS);
        }
    }

    /** {@return done when the loops have stopped, or none were created} */
    synchronized Future<?> terminationFuture() {
        return loops == null ? ImmediateEventExecutor.INSTANCE.newSucceededFuture(null) : loops.terminationFuture();
    }
}
