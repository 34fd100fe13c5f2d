package io.fdflux.benchmarks.program.load;

import com.sun.management.UnixOperatingSystemMXBean;
import io.fdflux.benchmarks.program.transport.UnavailableException;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.FixedLengthFrameDecoder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Connections that have made one request and then rest, beside busy ones. Operations are requests of the busy ones. */
final class IdleLoad implements Load {

    private static final int BUSY = 64;
    private static final int CONNECTING = 64;
    /** What a JVM has open beside its connections, with room to spare. */
    private static final int OTHER_DESCRIPTORS = 400;

    private static final long LIMIT_SECONDS = 60;

    private final int idle;

    IdleLoad(int idle) {
        this.idle = idle;
    }

    @Override
    public LoadResult send(LoadTarget target) throws UnavailableException, IOException, InterruptedException {
        requireDescriptors();
        Exchange exchange = ClosedLoopLoad.hello(target);
        try (SenderLoop loop = new SenderLoop()) {
            int failed = connectIdle(loop, target, exchange);
            LoadResult busy = ClosedLoop.run(loop, target, target.connectionsOr(BUSY), exchange);
            return new LoadResult(
                    busy.operations(), busy.seconds(), busy.errors() + failed, busy.inFlight(), busy.histogram());
        }
    }

    /** The server needs as many. It runs under the same limit. */
    private void requireDescriptors() throws UnavailableException {
        long needed = idle + BUSY + OTHER_DESCRIPTORS;
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                && system.getMaxFileDescriptorCount() < needed) {
            throw new UnavailableException(idle + " idle connections need " + needed
                    + " open files per process, and the limit is " + system.getMaxFileDescriptorCount()
                    + " (ulimit -n)");
        }
    }

    /** {@return how many could not connect or got a wrong answer} */
    private int connectIdle(SenderLoop loop, LoadTarget target, Exchange exchange)
            throws UnavailableException, InterruptedException {
        Semaphore connecting = new Semaphore(CONNECTING);
        AtomicInteger failed = new AtomicInteger();
        Bootstrap bootstrap = loop.tcp()
                .option(ChannelOption.SO_LINGER, 0) // a reset, so that no port stays in TIME_WAIT for the next run
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(new FixedLengthFrameDecoder(exchange.answerBytes()))
                                .addLast(new OneRequest(exchange, connecting, failed));
                    }
                });
        for (int i = 0; i < idle; i++) {
            acquire(connecting, 1);
            bootstrap.connect(target.address()).addListener((ChannelFutureListener)
                    connected -> onConnected(connected, connecting, failed));
        }
        acquire(connecting, CONNECTING);
        return failed.get();
    }

    private static void onConnected(ChannelFuture connected, Semaphore connecting, AtomicInteger failed) {
        if (!connected.isSuccess()) {
            failed.incrementAndGet();
            connecting.release();
        }
    }

    private static void acquire(Semaphore connecting, int permits) throws UnavailableException, InterruptedException {
        if (!connecting.tryAcquire(permits, LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new UnavailableException("the server does not answer idle connections");
        }
    }

    private static final class OneRequest extends SimpleChannelInboundHandler<ByteBuf> {

        private final Exchange exchange;
        private final Semaphore connecting;
        private final AtomicInteger failed;

        OneRequest(Exchange exchange, Semaphore connecting, AtomicInteger failed) {
            this.exchange = exchange;
            this.connecting = connecting;
            this.failed = failed;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            exchange.request().forEach(context::write);
            context.flush();
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf answer) {
            if (exchange.operations(answer) < 0) {
                failed.incrementAndGet();
            }
            connecting.release();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            failed.incrementAndGet();
            context.close();
        }
    }
}
