package io.fdflux.benchmarks.program.load;

import io.fdflux.benchmarks.program.scenario.FanOutScenario;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DelimiterBasedFrameDecoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * WebSocket sessions that count what they get, and one that starts turns. Two turns are on their way at a time, so that
 * the server has the next one while the sessions read. The latency is a turn's, from its start to its last message.
 *
 * <p>Frames are counted by their bytes, because all have one length. So the load is cheaper than the server.
 */
final class FanOutLoad implements Load {

    private static final int SESSIONS = 1000;
    private static final int TURNS_AT_A_TIME = 2;
    private static final long LIMIT_SECONDS = 60;
    private static final int LONGEST_HEAD = 4096;

    /** A masked binary frame with one byte: RFC 6455, section 5.2. */
    private static final ByteBuf START_TURN =
            Unpooled.unreleasableBuffer(Unpooled.copiedBuffer(new byte[] {(byte) 0x82, (byte) 0x81, 0, 0, 0, 0, 1}));

    @Override
    public LoadResult send(LoadTarget target) throws IOException, InterruptedException {
        int sessions = target.connectionsOr(SESSIONS);
        try (SenderLoop loop = new SenderLoop()) {
            Turns turns = new Turns(sessions);
            CountDownLatch upgraded = new CountDownLatch(sessions + 1);
            List<Channel> channels = new ArrayList<>();
            for (int i = 0; i < sessions; i++) {
                channels.add(loop.connect(target, upgrade(FanOutScenario.SESSION, upgraded, turns)));
            }
            Channel starter = loop.connect(target, upgrade(FanOutScenario.TURN, upgraded, turns));
            if (!upgraded.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("the server did not upgrade " + upgraded.getCount() + " sessions");
            }
            loop.run(() -> turns.start(starter, new Meter(target.time(), TURNS_AT_A_TIME)));
            turns.ended.await();
            channels.forEach(Channel::close);
            return turns.meter.result();
        }
    }

    private static ChannelInitializer<Channel> upgrade(String path, CountDownLatch upgraded, Turns turns) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline()
                        .addLast(new DelimiterBasedFrameDecoder(
                                LONGEST_HEAD, Unpooled.copiedBuffer(new byte[] {'\r', '\n', '\r', '\n'})))
                        .addLast(new Upgrade(path, upgraded, turns));
            }
        };
    }

    /** Counts the messages of all sessions. One thread, the load's loop. */
    private static final class Turns {

        private final long bytesOfTurn;
        private final Deque<Long> startedAt = new ArrayDeque<>();
        private final CountDownLatch ended = new CountDownLatch(1);
        private Channel starter;
        private Meter meter;
        private long bytes;

        Turns(int sessions) {
            bytesOfTurn = (long) sessions * FanOutScenario.MESSAGES * FanOutScenario.FRAME_BYTES;
        }

        void start(Channel withStarter, Meter withMeter) {
            starter = withStarter;
            meter = withMeter;
            for (int i = 0; i < TURNS_AT_A_TIME; i++) {
                startTurn();
            }
        }

        private void startTurn() {
            startedAt.add(System.nanoTime());
            starter.writeAndFlush(START_TURN.duplicate(), starter.voidPromise());
        }

        /** A turn counts as ended when so many bytes have come as it has, of whichever turn. */
        void received(int count) {
            bytes += count;
            while (bytes >= bytesOfTurn && !startedAt.isEmpty()) {
                bytes -= bytesOfTurn;
                meter.answered(startedAt.remove(), bytesOfTurn / FanOutScenario.FRAME_BYTES);
                if (meter.isOpen()) {
                    startTurn();
                }
            }
            if (startedAt.isEmpty()) {
                ended.countDown();
            }
        }

        void lost() {
            if (ended.getCount() > 0 && meter != null) {
                meter.error();
                ended.countDown();
            }
        }
    }

    private static final class Upgrade extends SimpleChannelInboundHandler<ByteBuf> {

        private final String path;
        private final CountDownLatch upgraded;
        private final Turns turns;

        Upgrade(String path, CountDownLatch upgraded, Turns turns) {
            this.path = path;
            this.upgraded = upgraded;
            this.turns = turns;
        }

        /** With the key of RFC 6455, section 1.3. */
        @Override
        public void channelActive(ChannelHandlerContext context) {
            context.writeAndFlush(HttpExchange.head(
                    "GET " + path,
                    "Upgrade: websocket",
                    "Connection: Upgrade",
                    "Sec-WebSocket-Version: 13",
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="));
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf head) {
            if (head.toString(StandardCharsets.US_ASCII).startsWith("HTTP/1.1 101")) {
                context.pipeline().addLast(new Session(turns));
                context.pipeline().remove(this);
                context.pipeline().remove(DelimiterBasedFrameDecoder.class);
                upgraded.countDown();
            } else {
                context.close(); // the latch then says how many are missing
            }
        }
    }

    private static final class Session extends SimpleChannelInboundHandler<ByteBuf> {

        private final Turns turns;

        Session(Turns turns) {
            this.turns = turns;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf frames) {
            turns.received(frames.readableBytes());
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            turns.lost();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
