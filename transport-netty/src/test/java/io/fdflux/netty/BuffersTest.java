package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.PreferHeapByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All messages that Netty accepts for a write: buffers of every kind, and files. */
@OnEveryPoller
class BuffersTest {

    private static final int SMALL = 4096;
    private static final int FILE = 20 << 20;
    private static final int MANY = 5_000;

    @RegisterExtension
    final Loops loops = new Loops(1);

    @TempDir
    Path folder;

    private final Recorder server = new Recorder();
    private final Digest expected = new Digest();
    private Channel listener;

    @BeforeEach
    void listen() {
        listener = loops.listen(() -> server);
    }

    private byte[] bytes(int count, int seed) {
        byte[] bytes = Digest.bytes(count, seed);
        expected.add(bytes, count);
        return bytes;
    }

    private static ByteBuf readOnlyNio(byte[] bytes) {
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        return Unpooled.wrappedBuffer(direct.asReadOnlyBuffer());
    }

    /** After Netty's IovArrayTest: memory whose address is visible through an NIO view only. */
    private static final class WithoutAddress extends UnpooledDirectByteBuf {
        WithoutAddress(byte[] bytes) {
            super(UnpooledByteBufAllocator.DEFAULT, bytes.length, bytes.length);
            writeBytes(bytes);
        }

        @Override
        public boolean hasMemoryAddress() {
            return false;
        }

        @Override
        public long memoryAddress() {
            throw new UnsupportedOperationException();
        }
    }

    private static ByteBuf moved(byte[] bytes) {
        return Unpooled.directBuffer().writeZero(7).writeBytes(bytes).skipBytes(7);
    }

    private List<ByteBuf> everyKind(int length) {
        CompositeByteBuf direct = Unpooled.compositeBuffer(64);
        CompositeByteBuf mixed = Unpooled.compositeBuffer(64);
        byte[] heap = bytes(length, 1);
        byte[] sliced = bytes(length, 2);
        byte[] readOnly = bytes(length, 3);
        byte[] nio = bytes(length, 4);
        for (int i = 0; i < 40; i++) {
            direct.addComponent(true, Digest.direct(bytes(length, 5 + i)));
        }
        for (int i = 0; i < 40; i++) {
            byte[] piece = bytes(length, 50 + i);
            mixed.addComponent(true, i % 2 == 0 ? Unpooled.wrappedBuffer(piece) : Digest.direct(piece));
        }
        byte[] one = bytes(length, 100);
        byte[] without = bytes(length, 102);
        byte[] last = bytes(length, 101);
        return List.of(
                Unpooled.EMPTY_BUFFER,
                Unpooled.wrappedBuffer(heap),
                moved(sliced),
                Unpooled.buffer(0),
                Digest.direct(readOnly).asReadOnly(),
                readOnlyNio(nio),
                direct,
                Unpooled.compositeBuffer(),
                mixed,
                Unpooled.compositeBuffer().addComponent(true, Digest.direct(one)),
                Unpooled.directBuffer(0),
                new WithoutAddress(without),
                Digest.direct(last),
                Unpooled.EMPTY_BUFFER);
    }

    private void arrive(List<ByteBuf> buffers, boolean together) throws Exception {
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            FdSocketChannel channel = server.channel();
            ChannelFuture last = null;
            for (ByteBuf buffer : buffers) {
                last = together ? channel.write(buffer) : channel.writeAndFlush(buffer);
            }
            last.addListener(ChannelFutureListener.CLOSE);
            channel.flush();
            assertThat(peer.digest().end()).isEqualTo(expected.end());
            last.sync();
        }
    }

    @Test
    void everyKindOfBufferArrives() throws Exception {
        arrive(everyKind(100), true);
    }

    @Test
    void everyKindOfBufferArrivesOneByOne() throws Exception {
        arrive(everyKind(100), false);
    }

    @Test
    void everyKindOfBufferArrivesThroughAFullSocket() throws Exception {
        arrive(everyKind(100_000), true);
    }

    @Test
    void moreBuffersThanOneCallTakesArrive() throws Exception {
        java.util.ArrayList<ByteBuf> many = new java.util.ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            many.add(i % 5 == 0 ? Unpooled.EMPTY_BUFFER : Digest.direct(bytes(i % 100, i)));
        }
        arrive(many, true);
    }

    @Test
    void nothingButEmptyBuffersSucceeds() throws Exception {
        try (Peer peer = Peer.connect(listener)) {
            server.channel().writeAndFlush(Unpooled.EMPTY_BUFFER).sync();
            server.channel().writeAndFlush(Unpooled.directBuffer(1)).sync();
            server.channel().close();
            assertThat(peer.readToEnd()).isEmpty();
        }
    }

    @Test
    void whatIsNoBufferIsRefused() throws Exception {
        try (Peer peer = Peer.connect(listener)) {
            assertThat(server.channel().writeAndFlush("text").await().cause())
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("String")
                    .hasMessageContaining("encoder");
            assertThat(peer.socket().isConnected()).isTrue();
        }
    }

    @Test
    void anAllocatorMayPreferTheHeap() throws Exception {
        Channel frugal = loops.server(() -> server)
                .childOption(ChannelOption.ALLOCATOR, new PreferHeapByteBufAllocator(ByteBufAllocator.DEFAULT))
                .bind(Loops.anyPort())
                .sync()
                .channel();
        try (Peer peer = Peer.connect(frugal)) {
            peer.send(bytes(SMALL, 1));
            await().until(() -> server.digest.length() == SMALL);
            assertThat(server.digest.end()).isEqualTo(expected.end());
            server.channel().close();
        }
    }

    private Path file(int length) throws IOException {
        return Files.write(folder.resolve("file"), bytes(length, 200));
    }

    @Test
    void filesAndBuffersKeepTheirOrder() throws Exception {
        byte[] before = bytes(1000, 1);
        Path file = file(FILE);
        byte[] after = bytes(1000, 2);
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            FdSocketChannel channel = server.channel();
            channel.write(Digest.direct(before));
            channel.write(new DefaultFileRegion(file.toFile(), 0, FILE));
            channel.writeAndFlush(Digest.direct(after)).addListener(ChannelFutureListener.CLOSE);
            assertThat(peer.digest().end()).isEqualTo(expected.end());
        }
    }

    @Test
    void aFileThatIsTooShortFailsItsWrite() throws Exception {
        Path file = file(1000);
        try (Peer peer = Peer.connect(listener)) {
            ChannelFuture written = server.channel().writeAndFlush(new DefaultFileRegion(file.toFile(), 0, 2000));
            assertThat(written.await().cause()).isInstanceOf(IOException.class);
            server.channel().close();
            assertThat(peer.readToEnd()).hasSizeLessThanOrEqualTo(1000);
        }
    }

    @ParameterizedTest(name = "memory: {0}")
    @ValueSource(booleans = {true, false})
    void aFailingAllocatorIsReported(boolean memory) throws Exception {
        AtomicBoolean failed = new AtomicBoolean();
        RecvByteBufAllocator failing = new DefaultMaxMessagesRecvByteBufAllocator() {
            @Override
            @SuppressWarnings("deprecation") // implements a deprecated method
            public Handle newHandle() {
                return new MaxMessageHandle() {
                    @Override
                    public int guess() {
                        if (server.digest.length() == 0 || failed.getAndSet(true)) {
                            return 4;
                        }
                        if (memory) {
                            throw new OutOfMemoryError("thrown by a test");
                        }
                        throw new IllegalStateException("thrown by a test");
                    }
                };
            }
        };
        Channel four = loops.server(() -> server)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, failing)
                .bind(Loops.anyPort())
                .sync()
                .channel();
        try (Peer peer = Peer.connect(four).send(new byte[8])) {
            await().until(() -> !server.failures.isEmpty());
            assertThat(server.failures)
                    .singleElement()
                    .isInstanceOf(memory ? OutOfMemoryError.class : IllegalStateException.class);
            assertThat(server.readCompletes.get()).as("for what came before").isPositive();
            if (memory) {
                server.channel().closeFuture().sync(); // as Netty does
            } else {
                await().until(() -> server.digest.length() == 8);
            }
            assertThat(peer.socket().isClosed()).isFalse();
        }
    }

    @Test
    void ofAReleasedBufferNoCopyIsLeft() throws Exception {
        try (Peer peer = Peer.connect(listener)) {
            UnpooledByteBufAllocator counting = new UnpooledByteBufAllocator(true);
            server.channel().config().setAllocator(counting);
            ByteBuf released = Unpooled.buffer(100).writeZero(100);
            released.release();
            ChannelFuture written = server.channel().writeAndFlush(released);
            assertThat(written.await().cause()).isInstanceOf(RuntimeException.class);
            assertThat(counting.metric().usedDirectMemory()).isZero();
            assertThat(peer.socket().isClosed()).isFalse();
        }
    }
}
