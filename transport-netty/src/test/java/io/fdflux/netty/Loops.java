package io.fdflux.netty;

import io.fdflux.FdLoops;
import io.fdflux.LoopCounters;
import io.fdflux.LoopCounters.Counter;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The loops of one test, on the poller under test; closed after it. Register it as an extension. */
public class Loops implements AfterEachCallback {

    /** Turns of a loop after which everything sent over the loopback has been seen. */
    private static final int TURNS = 5;

    private final FdLoops loops;

    public Loops(int count) {
        this(FdLoops.builder().name("test").loops(count).build());
    }

    protected Loops(FdLoops loops) {
        this.loops = loops;
    }

    public final FdLoops loops() {
        return loops;
    }

    public final IoEventLoopGroup group() {
        return loops.group();
    }

    public long count(Counter counter) {
        return loops.total(counter);
    }

    public EventLoop next() {
        return group().next();
    }

    public ServerBootstrap server(Supplier<ChannelHandler> child) {
        return server(FdServerSocketChannel::new, child);
    }

    ServerBootstrap server(Supplier<FdServerSocketChannel> listener, Supplier<ChannelHandler> child) {
        return new ServerBootstrap()
                .group(group())
                .channelFactory(listener::get)
                .childHandler(initializer(child));
    }

    public Channel listen(Supplier<ChannelHandler> child) {
        return server(child).bind(anyPort()).syncUninterruptibly().channel();
    }

    public Bootstrap client(ChannelHandler handler) {
        return client(FdSocketChannel::new, handler);
    }

    Bootstrap client(Supplier<FdSocketChannel> channel, ChannelHandler handler) {
        return new Bootstrap().group(group()).channelFactory(channel::get).handler(handler);
    }

    public FdSocketChannel connect(SocketAddress address, ChannelHandler handler) {
        return (FdSocketChannel)
                client(handler).connect(address).syncUninterruptibly().channel();
    }

    private static ChannelHandler initializer(Supplier<ChannelHandler> child) {
        return new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(child.get());
            }
        };
    }

    public static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    public static ServerSocket plainListener() throws java.io.IOException {
        return new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
    }

    /** Lets every loop run and poll several times. Afterwards the loops have seen all earlier events. */
    public void turn() {
        List<LoopCounters> counters = loops.counters();
        List<Long> enough = counters.stream()
                .map(loop -> loop.get(Counter.WAIT_CALLS) + TURNS)
                .toList();
        do { // a task is no turn, because a loop runs tasks as long as some are queued
            group().forEach(executor -> executor.submit(() -> {}).syncUninterruptibly());
        } while (IntStream.range(0, enough.size())
                .anyMatch(i -> counters.get(i).get(Counter.WAIT_CALLS) < enough.get(i)));
    }

    /** {@return the classes of all channels that the group's loops run now} */
    public static Set<Class<?>> channelsOf(EventLoopGroup group) {
        Set<Class<?>> classes = new HashSet<>();
        for (EventExecutor loop : group) {
            loop.submit(() -> ((SingleThreadEventLoop) loop)
                            .registeredChannelsIterator()
                            .forEachRemaining(channel -> classes.add(channel.getClass())))
                    .syncUninterruptibly();
        }
        return classes;
    }

    public void close() {
        loops.close();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        close();
    }
}
