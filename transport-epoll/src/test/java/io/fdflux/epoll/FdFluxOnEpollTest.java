package io.fdflux.epoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.FdFlux;
import io.fdflux.FdLoops;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.PosixException;
import io.fdflux.posix.socket.DescriptorMessage;
import io.fdflux.posix.socket.Sockets;
import io.fdflux.test.BuffersReleased;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Tests {@link FdFlux} over real descriptors and epoll. Test names have the numbers of the design's invariants. */
@ExtendWith(BuffersReleased.class)
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class FdFluxOnEpollTest {

    private final List<AutoCloseable> opened = new ArrayList<>();
    private FdLoops loops;

    @BeforeEach
    void openLoops() {
        loops = FdLoops.builder().poller("epoll").loops(1).name("test").build();
        loops.group().submit(() -> {}).awaitUninterruptibly();
    }

    @AfterEach
    void closeAll() throws Exception {
        loops.close();
        for (AutoCloseable closeable : opened) {
            closeable.close();
        }
    }

    private Pipes.Pair socketPair() throws IOException {
        Pipes.Pair pair = Pipes.socketPair();
        opened.add(pair);
        return pair;
    }

    private Pipes.Pair pipe() throws IOException {
        Pipes.Pair pair = Pipes.pipe();
        opened.add(pair);
        return pair;
    }

    private Flux<String> reading(Descriptor from) {
        return FdFlux.read(loops, from).map(FdFluxOnEpollTest::text);
    }

    private static String text(ByteBuf buffer) {
        String text = buffer.toString(StandardCharsets.UTF_8);
        buffer.release();
        return text;
    }

    private void write(Descriptor to, String text) {
        writing(to, text).block();
    }

    private Mono<Void> writing(Descriptor to, String... texts) {
        return FdFlux.write(
                loops, to, Flux.fromArray(texts).map(t -> Unpooled.copiedBuffer(t, StandardCharsets.UTF_8)));
    }

    private long total(Counter counter) {
        return loops.total(counter);
    }

    /** Waits for another poll of the loop, which delivers all events so far. */
    private void settle() {
        long waits = total(Counter.WAIT_CALLS);
        while (total(Counter.WAIT_CALLS) < waits + 2) {
            loops.group().submit(() -> {}).awaitUninterruptibly();
        }
    }

    private static void close(Descriptor descriptor) {
        try {
            descriptor.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    // ---- pipes and sockets

    @Test
    @DisplayName("a pipe that is full each time is read in one call: its buffers grow, and stay large")
    void aFullPipeIsReadInOneCall() throws Exception {
        Pipes.Pair pipe = pipe();
        byte[] filling = new byte[64 * 1024]; // the default capacity: pipe(7)
        List<Integer> sizes = new ArrayList<>();
        int fillings = 20;
        Mono<Void> written = FdFlux.write(
                loops, pipe.second(), Flux.range(0, fillings).map(number -> Unpooled.wrappedBuffer(filling)));
        Mono<Long> read = FdFlux.read(loops, pipe.first())
                .map(buffer -> {
                    int bytes = buffer.readableBytes();
                    buffer.release();
                    sizes.add(bytes);
                    return (long) bytes;
                })
                .scan(Long::sum)
                .takeUntil(sum -> sum == (long) fillings * filling.length)
                .last();

        StepVerifier.create(Mono.when(read, written)).verifyComplete();

        assertThat(sizes.subList(sizes.size() - 4, sizes.size())).containsOnly(filling.length);
    }

    @Test
    void pipeFromEndToEnd() throws IOException {
        Pipes.Pair pipe = pipe();
        StepVerifier.create(reading(pipe.first()))
                .then(() -> write(pipe.second(), "ab"))
                .expectNext("ab")
                .then(() -> write(pipe.second(), "cd"))
                .expectNext("cd")
                .then(() -> close(pipe.second()))
                .verifyComplete();
    }

    @Test
    @DisplayName("invariant 1: no read call without demand, so data without demand stays in the kernel")
    void noReadWithoutDemand() throws IOException {
        Pipes.Pair pair = socketPair();
        StepVerifier.create(reading(pair.first()), 0)
                .then(() -> write(pair.second(), "ab"))
                .then(this::settle)
                .then(() -> assertThat(total(Counter.READ_CALLS)).isZero())
                .thenRequest(1)
                .expectNext("ab")
                .then(() -> assertThat(total(Counter.READ_CALLS)).isOne())
                .then(() -> write(pair.second(), "cd"))
                .then(this::settle)
                .then(() -> assertThat(total(Counter.READ_CALLS)).isOne())
                .thenCancel()
                .verify();
        StepVerifier.create(reading(pair.first()), 1)
                .expectNext("cd")
                .thenCancel()
                .verify();
    }

    @Test
    @DisplayName("invariant 2: demand reads first, and arms nothing if data is there")
    void speculation() throws IOException {
        Pipes.Pair pipe = pipe();
        write(pipe.second(), "ab");
        StepVerifier.create(reading(pipe.first()), 1)
                .expectNext("ab")
                .then(this::settle)
                .thenCancel()
                .verify();
        settle();
        assertThat(total(Counter.READ_CALLS)).isOne();
        assertThat(total(Counter.READ_EAGAINS)).isZero();
    }

    @Test
    @DisplayName("invariant 3: a slow consumer is armed once, not once per chunk")
    void slowConsumer() throws IOException {
        Pipes.Pair pair = socketPair();
        int chunks = 50;
        var steps = StepVerifier.create(reading(pair.first()), 0).expectSubscription();
        for (int i = 0; i < chunks; i++) {
            steps = steps.thenRequest(1)
                    .then(this::settle)
                    .then(() -> write(pair.second(), "chunk"))
                    .expectNext("chunk");
        }
        steps.thenCancel().verify();
        settle();
        // READ once and HANGUP once, because no write would block
        assertThat(total(Counter.ARMS)).isLessThanOrEqualTo(2);
        assertThat(total(Counter.READ_CALLS)).isLessThanOrEqualTo(2 * chunks);
    }

    @Test
    @DisplayName("invariant 3: data without demand does not wake the loop repeatedly")
    void dataWithoutDemandDoesNotWakeTheLoop() throws IOException {
        Pipes.Pair pair = socketPair();
        StepVerifier.create(reading(pair.first()), 1)
                .then(this::settle)
                .then(() -> write(pair.second(), "first"))
                .expectNext("first")
                .then(() -> {
                    for (int i = 0; i < 100; i++) {
                        write(pair.second(), "unwanted");
                        settle();
                    }
                })
                .thenCancel()
                .verify();
        settle();
        assertThat(total(Counter.UNWANTED_EVENTS)).isLessThanOrEqualTo(2);
    }

    @Test
    void muchDataThroughBothDirectionsOfOneSocket() throws Exception {
        Pipes.Pair pair = socketPair();
        int size = 8 * 1024 * 1024;
        Mono<String> there = digest(FdFlux.read(loops, pair.second()), size);
        Mono<String> back = digest(FdFlux.read(loops, pair.first()), size);
        Mono<String> writeThere =
                FdFlux.write(loops, pair.first(), random(1, size)).thenReturn("");
        Mono<String> writeBack =
                FdFlux.write(loops, pair.second(), random(2, size)).thenReturn("");
        List<String> digests = Flux.mergeSequential(there, back, writeThere, writeBack)
                .collectList()
                .block();
        assertThat(digests.subList(0, 2))
                .containsExactly(
                        digest(random(1, size), size).block(),
                        digest(random(2, size), size).block());
    }

    @Test
    @DisplayName("a short read at bytes with a descriptor does not hide later data")
    void bytesBehindDescriptorsArrive() throws IOException {
        Pipes.Pair pair = socketPair();
        DescriptorMessage message = new DescriptorMessage(1);
        for (int i = 0; i < 5; i++) {
            assertThat(message.send(pair.second().number(), pair.second().number()))
                    .isOne();
        }
        write(pair.second(), "rest");
        StepVerifier.create(reading(pair.first()).map(String::length).scan(Integer::sum))
                .thenConsumeWhile(length -> length < 9)
                .expectNext(9)
                .thenCancel()
                .verify();
    }

    @Test
    void manyStreamsOnOneLoop() throws IOException {
        int count = 300;
        List<Mono<String>> echoes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Pipes.Pair pair = socketPair();
            String text = "stream " + i;
            FdFlux.write(loops, pair.second(), FdFlux.read(loops, pair.second()).take(1))
                    .subscribe();
            echoes.add(writing(pair.first(), text)
                    .then(reading(pair.first()).next())
                    .filter(text::equals));
        }
        assertThat(Flux.merge(echoes).count().block()).isEqualTo(count);
    }

    /** Random bytes of a seed, in buffers of odd sizes. */
    private static Flux<ByteBuf> random(long seed, int size) {
        return Flux.generate(
                () -> new Object() {
                    final Random random = new Random(seed);
                    int left = size;
                },
                (state, sink) -> {
                    byte[] bytes = new byte[Math.min(state.left, 40_961)];
                    state.random.nextBytes(bytes);
                    sink.next(Unpooled.wrappedBuffer(bytes));
                    state.left -= bytes.length;
                    if (state.left == 0) {
                        sink.complete();
                    }
                    return state;
                });
    }

    private static Mono<String> digest(Flux<ByteBuf> bytes, long size) {
        return Mono.defer(() -> {
            MessageDigest digest = sha256();
            long[] seen = new long[1];
            return bytes.doOnNext(buffer -> {
                        seen[0] += buffer.readableBytes();
                        digest.update(buffer.nioBuffer());
                        buffer.release();
                    })
                    .takeUntil(buffer -> seen[0] == size)
                    .then(Mono.fromCallable(() -> HexFormat.of().formatHex(digest.digest())));
        });
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    // ---- the end

    @Test
    @DisplayName("invariant 8: an end that arrives with bytes is noticed after a short read")
    void bytesAndEndTogether() throws IOException {
        for (int i = 0; i < 1_000; i++) {
            Pipes.Pair pair = Pipes.socketPair();
            StepVerifier.create(reading(pair.first()))
                    .then(() -> {
                        write(pair.second(), "ab");
                        close(pair.second());
                    })
                    .expectNext("ab")
                    .verifyComplete();
            pair.close();
        }
    }

    @Test
    @DisplayName("invariant 9: a closed peer is noticed without demand and without a read")
    void hangupWithoutDemand() throws IOException {
        Pipes.Pair pair = socketPair();
        StepVerifier.create(reading(pair.first()), 0)
                .then(this::settle)
                .then(() -> close(pair.second()))
                .verifyComplete();
        assertThat(total(Counter.READ_CALLS)).isZero();
    }

    @Test
    @DisplayName("invariant 9: after unread bytes of a closed peer are delivered, the stream completes")
    void hangupWithBytesPending() throws IOException {
        Pipes.Pair pair = socketPair();
        StepVerifier.create(reading(pair.first()), 0)
                .then(() -> write(pair.second(), "ab"))
                .then(() -> close(pair.second()))
                .then(this::settle)
                .then(() -> assertThat(total(Counter.READ_CALLS)).isZero())
                .thenRequest(1)
                .expectNext("ab")
                .verifyComplete();
    }

    @Test
    @DisplayName("invariant 9: a reset is noticed without demand, as an error")
    void resetWithoutDemand() throws Exception {
        TcpPair pair = tcpPair();
        StepVerifier.create(reading(pair.near()), 0)
                .then(this::settle)
                .then(pair::reset)
                .verifyErrorSatisfies(FdFluxOnEpollTest::isReset);
    }

    @Test
    void resetWhileWaitingForData() throws Exception {
        TcpPair pair = tcpPair();
        StepVerifier.create(reading(pair.near()))
                .then(this::settle)
                .then(pair::reset)
                .verifyErrorSatisfies(FdFluxOnEpollTest::isReset);
    }

    private static void isReset(Throwable error) {
        assertThat(error)
                .isInstanceOfSatisfying(
                        PosixException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ECONNRESET));
    }

    private record TcpPair(Descriptor near, java.net.Socket far) implements AutoCloseable {
        void reset() {
            try {
                far.setSoLinger(true, 0);
                far.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void close() throws IOException {
            near.close();
            far.close();
        }
    }

    private TcpPair tcpPair() throws IOException {
        try (var server = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            Descriptor near = Sockets.tcp(false);
            int result =
                    Sockets.connect(near.number(), (java.net.InetSocketAddress) server.getLocalSocketAddress(), false);
            assertThat(result).isIn(0, -Errno.EINPROGRESS);
            TcpPair pair = new TcpPair(near, server.accept());
            opened.add(pair);
            return pair;
        }
    }

    @Test
    void writingToAPipeWithoutReaderIsBrokenPipe() throws IOException {
        Pipes.Pair pipe = pipe();
        close(pipe.first());
        StepVerifier.create(writing(pipe.second(), "ab"))
                .verifyErrorSatisfies(e -> assertThat(e)
                        .isInstanceOfSatisfying(
                                PosixException.class, p -> assertThat(p.errno()).isEqualTo(Errno.EPIPE)));
    }

    @Test
    void readerClosesWhileAFullPipeIsWritten() throws IOException {
        Pipes.Pair pipe = pipe();
        Flux<ByteBuf> endless =
                Flux.generate(sink -> sink.next(Unpooled.buffer(8192).writeZero(8192)));
        StepVerifier.create(FdFlux.write(loops, pipe.second(), endless))
                .then(() -> await().until(() -> total(Counter.WRITE_EAGAINS) == 1))
                .then(this::settle)
                .then(() -> close(pipe.first()))
                .verifyError(PosixException.class);
    }

    // ---- other descriptors

    @Test
    void regularFileIsReadToItsEnd(@TempDir Path folder) throws Exception {
        byte[] bytes = new byte[10 * 1024 * 1024 + 7];
        new Random(3).nextBytes(bytes);
        Path file = Files.write(folder.resolve("file"), bytes);
        try (FileChannel channel = FileChannel.open(file)) {
            Descriptor descriptor = descriptorOf(file, channel);
            MessageDigest digest = sha256();
            Long count = FdFlux.read(loops, descriptor)
                    .map(buffer -> {
                        int length = buffer.readableBytes();
                        digest.update(buffer.nioBuffer());
                        buffer.release();
                        return (long) length;
                    })
                    .reduce(0L, Long::sum)
                    .block();
            assertThat(count).isEqualTo(bytes.length);
            assertThat(digest.digest()).isEqualTo(sha256().digest(bytes));
        }
    }

    @Test
    @DisplayName("invariant 1: a regular file is read by demand too")
    void regularFileByDemand(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("file"), new byte[1024 * 1024]);
        try (FileChannel channel = FileChannel.open(file)) {
            StepVerifier.create(FdFlux.read(loops, descriptorOf(file, channel)).doOnNext(ByteBuf::release), 0)
                    .then(this::settle)
                    .then(() -> assertThat(total(Counter.READ_CALLS)).isZero())
                    .thenRequest(2)
                    .expectNextCount(2)
                    .then(this::settle)
                    .then(() -> assertThat(total(Counter.READ_CALLS)).isEqualTo(2))
                    .thenCancel()
                    .verify();
        }
    }

    @Test
    void regularFileIsWritten(@TempDir Path folder) throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        try (FileChannel channel = FileChannel.open(file, java.nio.file.StandardOpenOption.WRITE)) {
            writing(descriptorOf(file, channel), "ab", "cd").block();
        }
        assertThat(file).hasContent("abcd");
    }

    /** The descriptor of a channel, which closes it. */
    private static Descriptor descriptorOf(Path file, FileChannel channel) throws IOException {
        assertThat(channel.isOpen()).isTrue();
        try (var links = Files.list(Path.of("/proc/self/fd"))) {
            int number = links.filter(link -> pointsTo(link, file))
                    .mapToInt(link -> Integer.parseInt(link.getFileName().toString()))
                    .findFirst()
                    .orElseThrow();
            return Descriptor.of(number, n -> 0);
        }
    }

    private static boolean pointsTo(Path link, Path file) {
        try {
            return Files.readSymbolicLink(link).equals(file.toRealPath());
        } catch (IOException e) {
            return false; // closed in the meantime
        }
    }

    @Test
    void descriptorThatIsNotOpenIsTypedError() throws IOException {
        Descriptor gone = Sockets.tcp(false);
        gone.close();
        Descriptor neverOpen = Descriptor.of(gone.number());
        StepVerifier.create(reading(neverOpen)).verifyErrorSatisfies(e -> isBadDescriptor(e, neverOpen));
        StepVerifier.create(writing(neverOpen, "ab")).verifyErrorSatisfies(e -> isBadDescriptor(e, neverOpen));
        Pipes.Pair pipe = pipe();
        write(pipe.second(), "the loop goes on");
        StepVerifier.create(reading(pipe.first()), 1)
                .expectNext("the loop goes on")
                .thenCancel()
                .verify();
    }

    private static void isBadDescriptor(Throwable error, Descriptor descriptor) {
        assertThat(error)
                .isInstanceOfSatisfying(
                        PosixException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADF))
                .hasMessageContaining(descriptor.toString());
    }

    @Test
    @DisplayName("invariant 19: a blocking pipe stays blocking, because it is opened again")
    void blockingPipeIsLeftBlocking() throws IOException {
        Pipes.Pair pipe = pipe();
        pipe.first().nonBlocking(false);
        StepVerifier.create(reading(pipe.first()))
                .then(this::settle)
                .then(() -> assertThat(isNonBlocking(pipe.first())).isFalse())
                .then(() -> close(pipe.second()))
                .verifyComplete();
    }

    private static boolean isNonBlocking(Descriptor descriptor) {
        try {
            boolean was = descriptor.nonBlocking(true);
            if (!was) {
                descriptor.nonBlocking(false);
            }
            return was;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    // ---- reentrancy and resources

    @Test
    @DisplayName("invariant 14: request inside onNext, 100,000 reads deep")
    void requestInsideOnNext() throws Exception {
        int count = 100_000;
        Pipes.Pair pipe = pipe();
        var bytes = new java.util.concurrent.atomic.AtomicInteger();
        var end = new java.util.concurrent.CountDownLatch(1);
        var failure = new AtomicReference<Throwable>();
        FdFlux.write(
                        loops,
                        pipe.second(),
                        Flux.range(0, count).map(i -> Unpooled.buffer(1).writeByte(i)))
                .doFinally(s -> close(pipe.second()))
                .subscribe();
        FdFlux.read(loops, pipe.first()).subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                request(1);
            }

            @Override
            protected void hookOnNext(ByteBuf buffer) {
                bytes.addAndGet(buffer.readableBytes());
                buffer.release();
                request(1);
            }

            @Override
            protected void hookOnError(Throwable throwable) {
                failure.set(throwable);
            }

            @Override
            protected void hookFinally(reactor.core.publisher.SignalType type) {
                end.countDown();
            }
        });
        assertThat(end.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(failure.get()).isNull();
        assertThat(bytes).hasValue(count);
    }

    @Test
    @DisplayName("invariant 4: a stream whose reads all succeed needs one epoll_ctl at most, to watch for hang-up")
    void fewKernelCalls() throws IOException {
        Pipes.Pair pair = socketPair();
        write(pair.second(), "ab");
        settle();
        long before = total(Counter.UPDATE_CALLS);
        StepVerifier.create(reading(pair.first()), 1)
                .expectNext("ab")
                .then(this::settle)
                .thenCancel()
                .verify();
        settle();
        assertThat(total(Counter.UPDATE_CALLS) - before).isLessThanOrEqualTo(2); // ADD, and DEL on cancel
    }

    @Test
    @DisplayName("invariant 12: the wait ends at the loop's next deadline, and the loop does not spin until then")
    void timersEndTheWait() throws Exception {
        long waits = total(Counter.WAIT_CALLS);
        loops.group().schedule(() -> {}, 30, TimeUnit.MILLISECONDS).get();
        assertThat(total(Counter.WAIT_CALLS) - waits).isLessThan(20);
    }

    @Test
    @DisplayName("invariant 11: a blocked loop is woken once, a running one is not woken")
    void wakeupsOnlyWhereNeeded() throws Exception {
        settle();
        long sent = total(Counter.WAKEUPS_SENT);
        var hold = new java.util.concurrent.CountDownLatch(1);
        var running = new java.util.concurrent.CountDownLatch(1);
        loops.group().execute(() -> {
            running.countDown();
            try {
                hold.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        running.await();
        for (int i = 0; i < 100; i++) {
            loops.group().execute(() -> {});
        }
        hold.countDown();
        loops.group().submit(() -> {}).get();
        assertThat(total(Counter.WAKEUPS_SENT) - sent).isLessThanOrEqualTo(2);
        assertThat(total(Counter.WAKEUPS_SKIPPED)).isGreaterThanOrEqualTo(100);
    }

    @Test
    void closedLoopsLeaveNoDescriptorOpen() throws IOException {
        openAndClose(0); // opens the descriptors that the JVM keeps
        long before = openDescriptors();
        for (int i = 0; i < 20; i++) {
            openAndClose(i % 3);
        }
        assertThat(openDescriptors()).isEqualTo(before);
    }

    /** Opens two loops, starts a number of them, and closes both. */
    private static void openAndClose(int running) {
        try (FdLoops two = FdLoops.builder().poller("epoll").loops(2).build()) {
            two.group();
            for (int i = 0; i < running; i++) {
                two.group().submit(() -> {}).awaitUninterruptibly();
            }
        }
    }

    private static long openDescriptors() throws IOException {
        try (var links = Files.list(Path.of("/proc/self/fd"))) {
            return links.count();
        }
    }
}
