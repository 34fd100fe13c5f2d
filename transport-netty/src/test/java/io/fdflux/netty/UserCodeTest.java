package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Invariant 14, and exceptions of user code: a callback affects its own connection only. */
@OnEveryPoller
class UserCodeTest {

    private static final int TIMES = 100_000;

    @RegisterExtension
    final Loops loops = new Loops(2);

    @RegisterExtension
    final Loops oneLoop = new Loops(1);

    private static class Reader extends ChannelInboundHandlerAdapter {
        private final BiConsumer<ChannelHandlerContext, ByteBuf> onRead;

        Reader(BiConsumer<ChannelHandlerContext, ByteBuf> onRead) {
            this.onRead = onRead;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            context.read();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf buffer = (ByteBuf) message;
            try {
                onRead.accept(context, buffer);
            } finally {
                buffer.release();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    private Channel listen(BiConsumer<ChannelHandlerContext, ByteBuf> onRead) {
        return loops.listen(() -> new Reader(onRead));
    }

    private static void echo(ChannelHandlerContext context, ByteBuf buffer) {
        context.writeAndFlush(buffer.retainedSlice());
    }

    @Test
    void anExceptionEndsItsOwnConnectionOnly() throws Exception {
        Channel listener = listen((context, buffer) -> {
            if (buffer.getByte(buffer.readerIndex()) == 'x') {
                throw new IllegalStateException("thrown by a test");
            }
            echo(context, buffer);
        });
        try (Peer good = Peer.connect(listener);
                Peer bad = Peer.connect(listener)) {
            good.send("a");
            assertThat(good.read(1)).containsExactly('a');
            bad.send("x");
            assertThat(bad.readToEnd()).isEmpty();
            good.send("b");
            assertThat(good.read(1)).containsExactly('b');
        }
    }

    @Test
    void closeInsideARead() throws Exception {
        Channel listener = listen((context, buffer) -> {
            echo(context, buffer);
            context.close();
        });
        for (int i = 0; i < 100; i++) {
            try (Peer peer = Peer.connect(listener)) {
                peer.send("a");
                assertThat(peer.readToEnd()).containsExactly('a');
            }
        }
    }

    @Test
    void deregisterInsideARead() throws Exception {
        byte[] sent = Digest.bytes(1_000_000, 1);
        Digest digest = new Digest();
        AtomicInteger moves = new AtomicInteger();
        AtomicBoolean moving = new AtomicBoolean();
        Channel listener = listen((context, buffer) -> {
            digest.add(buffer);
            if (moving.compareAndSet(false, true)) { // further reads of the same turn may follow
                EventLoop from = context.channel().eventLoop();
                EventLoop next = loops.next();
                EventLoop to = next == from ? loops.next() : next;
                context.deregister()
                        .addListener(gone -> to.register(context.channel()).addListener(arrived -> {
                            moves.incrementAndGet();
                            moving.set(false);
                        }));
            }
        });
        try (Peer peer = Peer.connect(listener)) {
            peer.send(sent);
            await().until(() -> digest.length() == sent.length);
            assertThat(digest.end()).isEqualTo(Digest.of(sent).end());
            await().until(() -> moves.get() > 0); // the last bytes may come before the move is reported
        }
    }

    @Test
    void readInsideAReadNeitherOverflowsNorReorders() throws Exception {
        Digest digest = new Digest();
        AtomicInteger reads = new AtomicInteger();
        Channel listener = loops.server(() -> new Reader((context, buffer) -> {
                    digest.add(buffer);
                    reads.incrementAndGet();
                    context.read();
                    context.read();
                }))
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(1))
                .bind(Loops.anyPort())
                .sync()
                .channel();
        byte[] sent = Digest.bytes(TIMES, 2);
        try (Peer peer = Peer.connect(listener)) {
            peer.send(sent);
            await().until(() -> digest.length() == TIMES);
            assertThat(reads).hasValue(TIMES);
            assertThat(digest.end()).isEqualTo(Digest.of(sent).end());
        }
    }

    @Test
    void writeInsideAWriteListenerNeitherOverflowsNorReorders() throws Exception {
        Channel listener = listen((context, buffer) -> writeFrom(context, 0));
        try (Peer peer = Peer.connect(listener)) {
            peer.send("go");
            byte[] got = peer.read(TIMES * Integer.BYTES);
            for (int i = 0; i < TIMES; i++) {
                int at = i * Integer.BYTES;
                int number = (got[at] & 0xff) << 24
                        | (got[at + 1] & 0xff) << 16
                        | (got[at + 2] & 0xff) << 8
                        | got[at + 3] & 0xff;
                assertThat(number).isEqualTo(i);
            }
        }
    }

    private static void writeFrom(ChannelHandlerContext context, int number) {
        if (number < TIMES) {
            context.writeAndFlush(context.alloc().directBuffer(Integer.BYTES).writeInt(number))
                    .addListener(done -> writeFrom(context, number + 1));
        }
    }

    @Test
    void aFloodOfDataLeavesOthersTheirTurn() throws Exception {
        Channel listener = oneLoop.listen(() -> new Reader(UserCodeTest::echo) {
            @Override
            public void channelWritabilityChanged(ChannelHandlerContext context) {
                context.channel().config().setAutoRead(context.channel().isWritable());
            }
        });
        try (Peer flood = Peer.connect(listener);
                Peer peer = Peer.connect(listener)) {
            AtomicBoolean stop = new AtomicBoolean();
            byte[] chunk = new byte[1 << 16];
            Thread sender = Thread.ofPlatform().start(() -> {
                try {
                    while (!stop.get()) {
                        flood.send(chunk);
                    }
                    flood.end();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            Thread receiver = Thread.ofPlatform().start(() -> {
                try {
                    flood.digest();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            for (int i = 0; i < 1000; i++) {
                peer.send("a");
                assertThat(peer.read(1)).containsExactly('a');
            }
            stop.set(true);
            sender.join();
            receiver.join();
        }
    }
}
