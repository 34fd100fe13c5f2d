package io.fdflux.benchmarks.program.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.FixedLengthFrameDecoder;
import java.util.ArrayList;
import java.util.List;

/** Connections that each send a request when they have the answer to the last one. */
final class ClosedLoop {

    private ClosedLoop() {}

    /** Connects, then sends until the time is over and the last answers are there. */
    static LoadResult run(SenderLoop loop, LoadTarget target, int connections, Exchange exchange)
            throws InterruptedException {
        List<Channel> open = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            open.add(loop.connect(target, new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new FixedLengthFrameDecoder(exchange.answerBytes()));
                }
            }));
        }
        Meter meter = new Meter(target.time(), connections);
        loop.run(() -> open.forEach(channel -> channel.pipeline().addLast(new Connection(meter, exchange))));
        for (Channel channel : open) {
            channel.closeFuture().await();
        }
        return meter.result();
    }

    private static final class Connection extends SimpleChannelInboundHandler<ByteBuf> {

        private final Meter meter;
        private final Exchange exchange;
        private long sentAt;
        private boolean done;

        Connection(Meter meter, Exchange exchange) {
            this.meter = meter;
            this.exchange = exchange;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            send(context);
        }

        private void send(ChannelHandlerContext context) {
            sentAt = System.nanoTime();
            for (ByteBuf part : exchange.request()) {
                context.write(part, context.voidPromise());
            }
            context.flush();
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf answer) {
            long operations = exchange.operations(answer);
            if (operations < 0) {
                context.close(); // counted by channelInactive
                return;
            }
            meter.answered(sentAt, operations);
            if (meter.isOpen()) {
                send(context);
            } else {
                done = true;
                context.close();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (!done) {
                meter.error();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
