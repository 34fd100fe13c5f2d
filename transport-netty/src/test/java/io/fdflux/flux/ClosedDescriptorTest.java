package io.fdflux.flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.FdFlux;
import io.fdflux.FdLoops;
import io.fdflux.posix.ClosedDescriptorException;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Pipes;
import io.fdflux.test.BuffersReleased;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

/** Invariant 18: a descriptor may be closed at any moment, and its number reused immediately. */
@ExtendWith(BuffersReleased.class)
@Timeout(60)
class ClosedDescriptorTest {

    private static final int THREADS = 4;
    private static final int ROUNDS = 500;

    @RegisterExtension
    final Streams streams = new Streams();

    private static void closed(Throwable error) {
        assertThat(error).isInstanceOf(ClosedDescriptorException.class);
    }

    @Test
    void readThatWaits() {
        Pipes.Pair pipe = streams.pair(pipe());
        StepVerifier.create(streams.texts(pipe.first()))
                .then(streams::settle)
                .then(() -> pipe.first().closeUnchecked())
                .verifyErrorSatisfies(ClosedDescriptorTest::closed);
    }

    @Test
    void readWithoutDemand() {
        Pipes.Pair pipe = streams.pair(pipe());
        StepVerifier.create(streams.texts(pipe.first()), 0)
                .then(streams::settle)
                .then(() -> pipe.first().closeUnchecked())
                .verifyErrorSatisfies(ClosedDescriptorTest::closed);
    }

    @Test
    void newStreamsAreRefused() {
        Pipes.Pair pipe = streams.pair(pipe());
        pipe.first().closeUnchecked();
        pipe.second().closeUnchecked();
        StepVerifier.create(streams.texts(pipe.first())).verifyErrorSatisfies(ClosedDescriptorTest::closed);
        StepVerifier.create(streams.writing(pipe.second(), "a")).verifyErrorSatisfies(ClosedDescriptorTest::closed);
    }

    @Test
    @DisplayName("late demand gets no byte of the number's next pipe")
    void demandLater() {
        Pipes.Pair pipe = streams.pair(pipe());
        AtomicReference<Subscription> subscription = new AtomicReference<>();
        Queue<Object> signals = new ConcurrentLinkedQueue<>();
        streams.texts(pipe.first()).subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription s) {
                subscription.set(s);
            }

            @Override
            protected void hookOnNext(String text) {
                signals.add(text);
            }

            @Override
            protected void hookOnError(Throwable error) {
                signals.add(error);
            }
        });
        streams.settle();
        int number = pipe.first().number();
        pipe.first().closeUnchecked();
        await().until(() -> signals.size() == 1);
        Pipes.Pair next;
        do { // lower numbers may be free
            next = streams.pair(pipe());
        } while (next.first().number() != number && next.second().number() != number);
        Streams.write(next.second(), "secret");
        subscription.get().request(1);
        streams.settle();
        assertThat(signals).hasSize(1).allSatisfy(signal -> closed((Throwable) signal));
        assertThat(Streams.read(next.first())).isEqualTo("secret");
    }

    @Test
    @DisplayName("a source that continues writes into no other file")
    void writeLater(@TempDir Path folder) throws IOException {
        Pipes.Pair pipe = streams.pair(pipe());
        Sinks.Many<ByteBuf> source = Sinks.many().unicast().onBackpressureBuffer();
        AtomicReference<Throwable> end = new AtomicReference<>();
        FdFlux.write(streams.loops, pipe.second(), source.asFlux().doOnDiscard(ByteBuf.class, ByteBuf::release))
                .subscribe(null, end::set);
        streams.settle();
        pipe.second().close();
        await().until(() -> end.get() != null);
        closed(end.get());
        Path file = Files.writeString(folder.resolve("innocent"), "precious");
        try (var channel = java.nio.channels.FileChannel.open(file, java.nio.file.StandardOpenOption.WRITE)) {
            ByteBuf garbage = Streams.buffer("GARBAGE");
            if (source.tryEmitNext(garbage).isFailure()) {
                garbage.release();
            }
            streams.settle();
            assertThat(channel.isOpen()).isTrue();
        }
        assertThat(file).hasContent("precious");
    }

    private static Pipes.Pair pipe() {
        try {
            return Pipes.pipe();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Descriptor filled(String text) {
        Pipes.Pair pipe = pipe();
        Streams.write(pipe.second(), text);
        pipe.second().closeUnchecked();
        return pipe.first();
    }

    @Test
    @DisplayName("Flux.using(open, read, close), many at once: each reads its own pipe")
    void using() throws Exception {
        everybody(round -> {
            String text = "bytes of " + Thread.currentThread() + ", " + round;
            String read = Flux.using(() -> filled(text), streams::texts, Descriptor::closeUnchecked)
                    .reduce("", String::concat)
                    .block();
            assertThat(read).isEqualTo(text);
        });
    }

    @Test
    @DisplayName("doFinally(close), many at once")
    void doFinally() throws Exception {
        everybody(round -> {
            String text = "bytes of " + Thread.currentThread() + ", " + round;
            Descriptor pipe = filled(text);
            String read = streams.texts(pipe)
                    .doFinally(signal -> pipe.closeUnchecked())
                    .reduce("", String::concat)
                    .block();
            assertThat(read).isEqualTo(text);
        });
    }

    @Test
    @DisplayName(
            "dispose(); close(), or close() alone, at any moment, with the number reused at once by the next round")
    void disposeAndClose() throws Exception {
        everybody(round -> {
            Pipes.Pair pipe = pipe();
            String mark = Thread.currentThread().threadId() + ":" + round + ";";
            Queue<String> strangers = new ConcurrentLinkedQueue<>();
            var reading = streams.texts(pipe.first())
                    .subscribe(
                            text -> {
                                if (!text.equals(mark)) {
                                    strangers.add(text);
                                }
                            },
                            error -> {
                                if (!(error instanceof ClosedDescriptorException)) {
                                    strangers.add(error.toString());
                                }
                            });
            var writing = streams.writing(pipe.second(), mark).subscribe(null, error -> {
                if (!(error instanceof ClosedDescriptorException)
                        && !error.toString().contains("EPIPE")) {
                    strangers.add(error.toString());
                }
            });
            for (int spins = ThreadLocalRandom.current().nextInt(3000); spins > 0; spins--) {
                Thread.onSpinWait();
            }
            if (round % 2 == 0) {
                reading.dispose();
                writing.dispose();
            }
            pipe.first().close();
            pipe.second().close();
            assertThat(strangers).isEmpty();
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("a number that somebody else has closed: its stream fails once a stream of its next file begins")
    void closedBySomebodyElse(boolean sockets) throws IOException {
        Pipes.Pair pair = sockets ? Pipes.socketPair() : pipe();
        streams.open(pair.second()::closeUnchecked);
        int number = pair.first().number();
        Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
        streams.texts(pair.first()).subscribe(null, errors::add);
        streams.settle();
        Descriptor.of(number).close();
        Pipes.Pair next;
        do { // lower numbers may be free
            next = streams.pair(sockets ? Pipes.socketPair() : pipe());
        } while (next.first().number() != number);
        Streams.write(next.second(), "new");
        StepVerifier.create(streams.texts(next.first()).take(1))
                .expectNext("new")
                .verifyComplete();
        assertThat(errors)
                .singleElement()
                .satisfies(ClosedDescriptorTest::closed)
                .satisfies(e -> assertThat(e).hasMessageContaining("by somebody else"));
        StepVerifier.create(FdFlux.write(streams.loops, next.second(), Flux.just(Streams.buffer("more"))))
                .verifyComplete();
        StepVerifier.create(streams.texts(next.first()).take(1))
                .expectNext("more")
                .verifyComplete();
    }

    @Test
    @DisplayName("two objects of one file share its number, as long as it is the same file's")
    void sharedNumber() throws IOException {
        Pipes.Pair pair = streams.pair(Pipes.socketPair());
        Descriptor other = Descriptor.of(pair.first().number(), number -> 0);
        Sinks.Many<ByteBuf> source = Sinks.many().unicast().onBackpressureBuffer();
        var writing = FdFlux.write(streams.loops, other, source.asFlux()).toFuture();
        Streams.write(pair.second(), "in");
        StepVerifier.create(streams.texts(pair.first()).take(1))
                .expectNext("in")
                .verifyComplete();
        assertThat(writing).isNotDone();
        source.tryEmitComplete();
        writing.join();
    }

    private interface Round {
        void run(int number) throws Exception;
    }

    private static void everybody(Round round) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                tasks.add(() -> {
                    for (int i = 0; i < ROUNDS; i++) {
                        round.run(i);
                    }
                    return null;
                });
            }
            for (Future<Void> task : threads.invokeAll(tasks)) {
                task.get();
            }
        }
    }

    @Test
    void closedWhileTheLoopsClose() throws Exception {
        for (int i = 0; i < 20; i++) {
            FdLoops loops = FdLoops.builder().loops(2).build();
            Pipes.Pair pipe = pipe();
            var ended = FdFlux.read(loops, pipe.first())
                    .doOnNext(ByteBuf::release)
                    .then()
                    .onErrorComplete()
                    .toFuture();
            var closing = loops.close(java.time.Duration.ZERO, java.time.Duration.ofSeconds(10));
            pipe.close();
            ended.get();
            closing.sync();
            StepVerifier.create(FdFlux.read(loops, Descriptor.of(pipe.first().number(), n -> 0)))
                    .verifyErrorSatisfies(e -> assertThat(e).hasMessageContaining("the loops have been closed"));
        }
    }
}
