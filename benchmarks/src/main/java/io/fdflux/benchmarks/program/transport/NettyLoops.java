package io.fdflux.benchmarks.program.transport;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.NonBlocking;
import reactor.netty.FutureMono;
import reactor.netty.resources.LoopResources;

/**
 * Reactor Netty's loops on one given transport of Netty. Reactor Netty's own {@code LoopResources.create} takes
 * io_uring wherever it is on the class path, and epoll only without it. What it makes is made here too: one group for
 * servers and clients, colocated clients, and the channels that it finds for a group.
 */
final class NettyLoops implements LoopResources {

    /** As Reactor Netty's own: it refuses to block, and keeps Netty's thread locals in an array. */
    private static final class LoopThread extends FastThreadLocalThread implements NonBlocking {
        LoopThread(Runnable loop, String name) {
            super(loop, name);
            setDaemon(true);
        }
    }

    private final EventLoopGroup servers;
    private final EventLoopGroup clients;
    private volatile boolean disposed;

    NettyLoops(String name, int loops, IoHandlerFactory transport) {
        AtomicInteger number = new AtomicInteger();
        ThreadFactory threads = loop -> new LoopThread(loop, name + "-" + number.incrementAndGet());
        servers = new MultiThreadIoEventLoopGroup(loops, threads, transport);
        clients = LoopResources.colocate(servers);
    }

    @Override
    public EventLoopGroup onServer(boolean useNative) {
        return servers;
    }

    @Override
    public EventLoopGroup onClient(boolean useNative) {
        return clients;
    }

    @Override
    public boolean isDisposed() {
        return disposed;
    }

    @Override
    @SuppressWarnings("unchecked") // the future never has a value
    public Mono<Void> disposeLater(Duration quietPeriod, Duration timeout) {
        return Mono.defer(() -> {
            disposed = true;
            return FutureMono.from((io.netty.util.concurrent.Future<Void>)
                    servers.shutdownGracefully(quietPeriod.toNanos(), timeout.toNanos(), TimeUnit.NANOSECONDS));
        });
    }
}
