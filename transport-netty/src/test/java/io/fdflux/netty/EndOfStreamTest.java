package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Invariant 8: data and FIN that arrive together, in every way of reading. */
@OnEveryPoller
class EndOfStreamTest {

    private static final int CONNECTIONS = 10_000;
    private static final int CLIENTS = 4;
    private static final int HEADER = 4;

    @RegisterExtension
    final Loops loops = new Loops(1);

    /** Counts the bytes and the ends of the connection that its first four bytes name. */
    private static final class Counting extends ChannelInboundHandlerAdapter {

        private final AtomicIntegerArray bytes;
        private final CountDownLatch ends;
        private final boolean pull;
        private int id;
        private int seen;

        Counting(AtomicIntegerArray bytes, CountDownLatch ends, boolean pull) {
            this.bytes = bytes;
            this.ends = ends;
            this.pull = pull;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            pull(context);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf buffer = (ByteBuf) message;
            byte[] read = ByteBufUtil.getBytes(
                    buffer); // one copy, because the leak detector records every access to a buffer
            buffer.release();
            for (byte b : read) {
                if (seen < HEADER) {
                    id = id << Byte.SIZE | Byte.toUnsignedInt(b);
                    seen++;
                } else {
                    seen += b == (byte) seen ? 1 : CONNECTIONS; // a wrong byte spoils the count
                }
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            pull(context);
        }

        private void pull(ChannelHandlerContext context) {
            if (pull) {
                context.read();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            bytes.addAndGet(id, seen);
            ends.countDown();
        }
    }

    private static int length(int id) {
        return HEADER + id * 37 % 3000;
    }

    private static byte[] message(int id) {
        byte[] message = new byte[length(id)];
        for (int i = 0; i < message.length; i++) {
            message[i] = (byte) (i < HEADER ? id >> (HEADER - 1 - i) * Byte.SIZE : i);
        }
        return message;
    }

    @ParameterizedTest(name = "auto-read {0}")
    @ValueSource(booleans = {true, false})
    void everyByteAndEveryEndIsSeen(boolean autoRead) throws Exception {
        AtomicIntegerArray bytes = new AtomicIntegerArray(CONNECTIONS);
        CountDownLatch ends = new CountDownLatch(CONNECTIONS);
        Channel listener = loops.server(() -> new Counting(bytes, ends, !autoRead))
                .childOption(ChannelOption.AUTO_READ, autoRead)
                .bind(Loops.anyPort())
                .sync()
                .channel();

        List<Future<?>> clients = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(CLIENTS)) {
            for (int client = 0; client < CLIENTS; client++) {
                int first = client;
                clients.add(executor.submit(() -> {
                    for (int id = first; id < CONNECTIONS; id += CLIENTS) {
                        try (Peer peer = Peer.connect(listener)) {
                            peer.send(message(id)).end();
                            if (id % 2 == 0) { // the others may close before the server accepts
                                assertThat(peer.readToEnd()).isEmpty();
                            }
                        }
                    }
                    return null;
                }));
            }
        }
        for (Future<?> client : clients) {
            client.get();
        }

        assertThat(ends.await(100, TimeUnit.SECONDS))
                .as("%d ends are missing", ends.getCount())
                .isTrue();
        for (int id = 0; id < CONNECTIONS; id++) {
            assertThat(bytes.get(id)).as("bytes of connection %d", id).isEqualTo(length(id));
        }
    }

    @Test
    void aShortReadBeforeTheEndLosesNeither() throws Exception {
        Recorder server = new Recorder();
        Channel listener = loops.server(() -> server)
                .childOption(ChannelOption.AUTO_READ, false)
                .bind(Loops.anyPort())
                .sync()
                .channel();
        byte[] sent = Digest.bytes(10_000, 1);
        try (Peer peer = Peer.connect(listener)) {
            peer.send(sent).end();
            FdSocketChannel channel = server.channel();
            loops.turn();
            while (server.inactive.getCount() > 0) {
                channel.read();
                loops.turn();
            }
            assertThat(server.digest.end()).isEqualTo(Digest.of(sent).end());
            assertThat(peer.readToEnd()).isEmpty();
        }
    }
}
