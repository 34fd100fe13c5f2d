package io.fdflux.netty.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.engine.stream.BufferMemory;
import io.fdflux.engine.stream.Stage;
import io.fdflux.netty.file.RegionWriter;
import io.fdflux.posix.Errno;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.io.Io;
import io.fdflux.posix.socket.SocketOption;
import io.fdflux.posix.socket.SocketOptionCalls;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelProgressiveFuture;
import io.netty.channel.ChannelProgressiveFutureListener;
import io.netty.channel.ChannelProgressivePromise;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.Size;

/**
 * Compares gathered writes with the plain concatenation of the written buffers. The socket is full again and again, so
 * that calls end at any point of a buffer.
 */
class GatheredWriteModelTest {

    private static final int SOCKET_BYTES = 4096;
    private static final int CHUNK = 3000;

    /**
     * One step of a script: writes a buffer of some shape and flushes it, stages, attempts, or reads at the other end.
     */
    sealed interface Step {}

    record Write(Shape shape) implements Step {}

    record Promise(int messages) implements Step {}

    record Attempt() implements Step {}

    record Take(int calls) implements Step {}

    /** The shape of a buffer. */
    sealed interface Shape {}

    record Plain(int bytes, boolean readOnly, boolean nio, int skip) implements Shape {}

    record Composite(List<Shape> parts, int skip) implements Shape {}

    @Provide
    Arbitrary<List<Step>> scripts() {
        Arbitrary<Integer> lengths = Arbitraries.frequencyOf(
                Tuple.of(1, Arbitraries.just(0)),
                Tuple.of(4, Arbitraries.integers().between(1, 40)),
                Tuple.of(2, Arbitraries.integers().between(1, 20_000)));
        Arbitrary<Shape> plain = Combinators.combine(
                        lengths,
                        Arbitraries.of(true, false),
                        Arbitraries.of(true, false),
                        Arbitraries.integers().between(0, 3))
                .as(Plain::new);
        Arbitrary<Shape> flat = composite(plain, 100);
        Arbitrary<Shape> nested = composite(Arbitraries.oneOf(plain, flat), 5);
        Arbitrary<Shape> shapes = Arbitraries.oneOf(plain, flat, nested);
        return Arbitraries.frequencyOf(
                        Tuple.of(5, shapes.map(Write::new)),
                        Tuple.of(3, Arbitraries.integers().between(1, 5).map(Promise::new)),
                        Tuple.of(3, Arbitraries.create(Attempt::new)),
                        Tuple.of(2, Arbitraries.integers().between(1, 5).map(Take::new)))
                .map(step -> (Step) step)
                .list()
                .ofMaxSize(60);
    }

    private static Arbitrary<Shape> composite(Arbitrary<Shape> parts, int most) {
        return Combinators.combine(
                        parts.list().ofMaxSize(most), Arbitraries.integers().between(0, 100))
                .as(Composite::new);
    }

    @Property(tries = 300)
    void whatArrivesIsTheConcatenation(@ForAll("scripts") @Size(max = 60) List<Step> script) throws Exception {
        try (Run run = new Run()) {
            for (Step step : script) {
                switch (step) {
                    case Write write -> run.write(write.shape());
                    case Promise promise -> run.stage(promise.messages());
                    case Attempt attempt -> run.attempt();
                    case Take take -> run.take(take.calls());
                }
            }
            run.finish();
        }
    }

    /** One run: one queue, one pair of sockets. */
    private static final class Run implements AutoCloseable {

        private final Random random = new Random(1);
        private final EmbeddedChannel channel = new EmbeddedChannel();
        private final ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
        private final Pipes.Pair sockets = Pipes.socketPair();
        private final ByteBuf inbox = Unpooled.directBuffer(CHUNK);
        private final ByteArrayOutputStream expected = new ByteArrayOutputStream();
        private final ByteArrayOutputStream got = new ByteArrayOutputStream();
        private final List<ChannelPromise> promises = new ArrayList<>();
        private final List<Long> ends = new ArrayList<>();
        private final List<Integer> completed = new ArrayList<>();
        private final List<ByteBuf> buffers = new ArrayList<>();
        private final Stage stage = new Stage();
        private long reported;
        private long written;

        Run() throws IOException {
            assertThat(SocketOptionCalls.set(sockets.first().number(), SocketOption.SNDBUF, SOCKET_BYTES))
                    .isZero();
        }

        void write(Shape shape) {
            ByteBuf buffer = make(shape);
            byte[] bytes = new byte[buffer.readableBytes()];
            buffer.getBytes(buffer.readerIndex(), bytes);
            expected.writeBytes(bytes);
            int number = promises.size();
            ChannelProgressivePromise promise = channel.newProgressivePromise();
            promise.addListener(done -> completed.add(number));
            long[] before = {0};
            promise.addListener(new ChannelProgressiveFutureListener() {
                @Override
                public void operationProgressed(ChannelProgressiveFuture future, long progress, long total) {
                    assertThat(progress).isBetween(before[0], total);
                    reported += progress - before[0];
                    before[0] = progress;
                }

                @Override
                public void operationComplete(ChannelProgressiveFuture future) {}
            });
            promises.add(promise);
            ends.add((long) expected.size());
            buffers.add(buffer);
            queue.addMessage(buffer, bytes.length, promise);
            queue.addFlush();
        }

        private ByteBuf make(Shape shape) {
            return switch (shape) {
                case Plain plain -> plain(plain);
                case Composite composite -> {
                    CompositeByteBuf whole = Unpooled.compositeBuffer(Integer.MAX_VALUE);
                    composite.parts().forEach(part -> whole.addComponent(true, make(part)));
                    yield whole.skipBytes(Math.min(composite.skip(), whole.readableBytes()));
                }
            };
        }

        private ByteBuf plain(Plain plain) {
            byte[] bytes = new byte[plain.bytes()];
            random.nextBytes(bytes);
            if (plain.nio()) {
                ByteBuffer nio =
                        ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
                return Unpooled.wrappedBuffer(plain.readOnly() ? nio.asReadOnlyBuffer() : nio);
            }
            ByteBuf buffer = Unpooled.directBuffer(bytes.length + plain.skip() + 1)
                    .writeZero(plain.skip())
                    .writeBytes(bytes)
                    .skipBytes(plain.skip());
            return plain.readOnly() ? buffer.asReadOnly() : buffer;
        }

        /** Stages the first messages of the queue. */
        void stage(int messages) {
            for (int i = 0; i < messages && queue.current() instanceof ByteBuf message; i++) {
                int length = message.readableBytes();
                if (length > Stage.LARGEST - stage.bytes()) {
                    return;
                }
                stage.add(message, UnpooledByteBufAllocator.DEFAULT);
                queue.progress(length);
                queue.remove();
            }
        }

        void attempt() throws Exception {
            if (queue.isEmpty() && stage.isEmpty()) {
                return;
            }
            GatheredWrite gathered = GatheredWrite.ofLoop();
            long n = gathered.send(sockets.first().number(), stage, queue);
            if (n == -Errno.EAGAIN) {
                return;
            }
            assertThat(n).isBetween(0L, gathered.asked());
            assertThat(gathered.asked()).isLessThanOrEqualTo(RegionWriter.LARGEST_WRITE);
            queue.removeBytes(n - stage.take(n));
            written += n;
            long promised = written + stage.bytes();
            for (int i = 0; i < promises.size(); i++) {
                if (ends.get(i) < promised) {
                    assertThat(promises.get(i).isSuccess()).isTrue();
                } else if (ends.get(i) > promised) {
                    assertThat(promises.get(i).isDone()).isFalse();
                }
            }
        }

        void take(int calls) {
            for (int i = 0; i < calls; i++) {
                int n = Io.recv(sockets.second().number(), BufferMemory.writable(inbox.clear(), CHUNK), CHUNK);
                if (n > 0) {
                    byte[] bytes = new byte[n];
                    inbox.writerIndex(n).readBytes(bytes);
                    got.writeBytes(bytes);
                }
            }
        }

        void finish() throws Exception {
            for (int idle = 0; !queue.isEmpty() || !stage.isEmpty(); idle++) {
                assertThat(idle)
                        .as("turns without an end of %s messages", queue.size())
                        .isLessThan(100_000);
                attempt();
                take(1);
            }
            while (got.size() < written) {
                take(1);
            }
            assertThat(Arrays.equals(got.toByteArray(), expected.toByteArray())).isTrue();
            assertThat(completed).isSorted().hasSize(promises.size());
            assertThat(reported).isEqualTo(written);
            assertThat(buffers).allMatch(buffer -> buffer.refCnt() == 0 || buffer.capacity() == 0);
        }

        @Override
        public void close() throws IOException {
            inbox.release();
            channel.close();
            sockets.close();
        }
    }
}
