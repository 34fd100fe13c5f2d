package io.fdflux.benchmarks.program.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Sockets that each send a datagram when they have the answer to the last one. A lost datagram is an error. Datagrams
 * are numbered, so that a late answer does not make a socket send twice as many from then on.
 */
final class UdpEchoLoad implements Load {

    private static final int SOCKETS = 64;
    private static final int BYTES = 64;
    private static final long LOST_AFTER_MILLIS = 500;

    @Override
    public LoadResult send(LoadTarget target) throws InterruptedException {
        try (SenderLoop loop = new SenderLoop()) {
            int count = target.connectionsOr(SOCKETS);
            Meter meter = new Meter(target.time(), count);
            List<Channel> sockets = new ArrayList<>();
            for (int i = 0; i < count; i++) {
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
        private long number;
        private long numberBefore;
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
            ByteBuf datagram = context.alloc().directBuffer(BYTES).writeLong(++number);
            context.writeAndFlush(datagram.writeZero(BYTES - Long.BYTES), context.voidPromise());
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket answer) {
            ByteBuf content = answer.content();
            if (content.readableBytes() != BYTES) {
                meter.error();
            } else if (content.getLong(content.readerIndex()) == number) {
                meter.answered(sentAt, 1);
                sendOrClose(context);
            }
        }

        private void resendIfLost(ChannelHandlerContext context) {
            if (number == numberBefore) {
                meter.error();
                sendOrClose(context);
            }
            numberBefore = number;
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
            // Netty's EpollDatagramChannel reads on after a close in channelRead, and reports that as an exception.
            if (context.channel().isOpen()) {
                meter.error();
            }
        }
    }
}
