package io.fdflux.benchmarks.program.load;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Sockets that each send a datagram when they have the answer to the last one. A lost datagram is an error. */
final class UdpEchoLoad implements Load {

    private static final int SOCKETS = 64;
    private static final long LOST_AFTER_MILLIS = 200;

    @Override
    public LoadResult send(LoadTarget target) throws InterruptedException {
        try (SenderLoop loop = new SenderLoop()) {
            Meter meter = new Meter(target.time());
            List<Channel> sockets = new ArrayList<>();
            for (int i = 0; i < target.connectionsOr(SOCKETS); i++) {
                sockets.add(loop.udp(target, new Socket(meter)));
            }
            for (Channel socket : sockets) {
                socket.closeFuture().await();
            }
            return meter.result();
        }
    }

    private static final class Socket extends SimpleChannelInboundHandler<DatagramPacket> {

        private final Meter meter;
        private long sentAt;
        private long answers;
        private long answersBefore;
        private Future<?> watch;

        Socket(Meter meter) {
            this.meter = meter;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            watch = context.executor()
                    .scheduleAtFixedRate(
                            () -> resendIfLost(context), LOST_AFTER_MILLIS, LOST_AFTER_MILLIS, TimeUnit.MILLISECONDS);
            send(context);
        }

        private void send(ChannelHandlerContext context) {
            sentAt = System.nanoTime();
            context.writeAndFlush(EchoExchange.message(), context.voidPromise());
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket answer) {
            if (!answer.content().equals(EchoExchange.message())) {
                meter.error();
            } else {
                answers++;
                meter.answered(sentAt, 1);
            }
            sendOrClose(context);
        }

        private void resendIfLost(ChannelHandlerContext context) {
            if (answers == answersBefore) {
                meter.error();
                sendOrClose(context);
            }
            answersBefore = answers;
        }

        private void sendOrClose(ChannelHandlerContext context) {
            if (meter.isOpen()) {
                send(context);
            } else {
                watch.cancel(false);
                context.close();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            meter.error();
        }
    }
}
