package io.fdflux.test;

import static io.fdflux.test.FdFluxReadTest.await;
import static io.fdflux.test.FdFluxReadTest.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.FdFlux;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.posix.Errno;
import io.fdflux.posix.PosixException;
import io.fdflux.posix.WriteFailedException;
import io.fdflux.spi.Interest;
import io.fdflux.test.ScriptedKernel.Script;
import io.fdflux.test.ScriptedKernel.Style;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

/**
 * Tests {@link FdFlux#write} over a scripted kernel of both styles. Test names have the numbers of the
 * design's invariants.
 */
@ExtendWith(BuffersReleased.class)
@Timeout(30)
class FdFluxWriteTest {

    private ScriptedKernel kernel;

    private Mono<Void> writing(Style style, Script script, Publisher<ByteBuf> source) {
        kernel = ScriptedKernel.of(style, script);
        return FdFlux.write(kernel.loops(), kernel.descriptor(), source);
    }

    private static ByteBuf direct(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBufAllocator.DEFAULT.directBuffer(bytes.length).writeBytes(bytes);
    }

    private static Flux<ByteBuf> buffers(String... texts) {
        return Flux.fromArray(texts).map(FdFluxWriteTest::direct);
    }

    private String written() {
        kernel.settle();
        return kernel.written(kernel.descriptor());
    }

    @AfterEach
    void closeKernel() {
        kernel.settle();
        kernel.close();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 2: a write is attempted first, of all buffers together, and arms nothing if that succeeds")
    void writesInOrder(Style style) {
        StepVerifier.create(writing(style, fd -> {}, buffers("ab", "cd", "ef"))).verifyComplete();
        assertThat(written()).isEqualTo("abcdef");
        kernel.assertWrites(1);
        assertThat(kernel.writeArms()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void partialWrites(Style style) {
        StepVerifier.create(writing(style, fd -> fd.room(1).room(2), buffers("abcdef")))
                .verifyComplete();
        assertThat(written()).isEqualTo("abcdef");
        kernel.assertWrites(3);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 3: a write is armed after EAGAIN, and continues after the bytes that were written")
    void eagainArms(Style style) {
        StepVerifier.create(writing(style, fd -> fd.room(2).writePause(), buffers("abc", "def")))
                .then(kernel::settle)
                .then(() -> kernel.assertArmed(Interest.WRITE))
                .then(() -> kernel.assertWrites(2))
                .then(() -> kernel.becomeWritable(kernel.descriptor()))
                .verifyComplete();
        assertThat(written()).isEqualTo("abcdef");
        kernel.assertWrites(3);
        assertThat(kernel.writeArms()).isOne();
        assertThat(kernel.loops().total(Counter.WRITE_EAGAINS)).isOne();
    }

    @ParameterizedTest
    @EnumSource
    void blockedAgainAndAgain(Style style) {
        Script script = fd -> {
            for (int i = 0; i < 26; i++) {
                fd.room(1).writeWouldBlock();
            }
        };
        String alphabet = "abcdefghijklmnopqrstuvwxyz";
        StepVerifier.create(writing(style, script, buffers(alphabet, "!"))).verifyComplete();
        assertThat(written()).isEqualTo(alphabet + "!");
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("a writer holds 32 buffers, and requests as many again as are written, at least 24")
    void prefetch(Style style) {
        List<Long> requested = new ArrayList<>();
        Flux<ByteBuf> source = Flux.range(0, 100).map(i -> direct("x")).doOnRequest(requested::add);
        StepVerifier.create(writing(style, fd -> fd.writePause(), source))
                .then(kernel::settle)
                .then(() -> assertThat(requested).containsExactly(32L))
                .then(() -> kernel.becomeWritable(kernel.descriptor()))
                .verifyComplete();
        assertThat(requested).startsWith(32L, 32L);
        assertThat(written()).hasSize(100);
        assertThat(kernel.writes()).as("32 of 100 buffers per call").isLessThanOrEqualTo(6);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("buffers that were written before a failure are counted, whole or not")
    void failureSaysHowMuchWasWritten(Style style) {
        StepVerifier.create(
                        writing(style, fd -> fd.room(2).room(3).writeError(Errno.EPIPE), buffers("ab", "cdef", "gh")))
                .verifyErrorSatisfies(e -> assertThat(e)
                        .isInstanceOfSatisfying(
                                WriteFailedException.class,
                                failed -> assertThat(failed.bytesWritten()).isEqualTo(5))
                        .hasMessageStartingWith("after 5 bytes, write(descriptor 1000)")
                        .hasCauseInstanceOf(PosixException.class));
        assertThat(written()).isEqualTo("abcde");
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("each message is a write of its own")
    void messagesAreNotGathered(Style style) {
        StepVerifier.create(writing(style, DescriptorScript::messages, buffers("ab", "cd", "ef")))
                .verifyComplete();
        kernel.assertWrites(3);
    }

    @ParameterizedTest
    @EnumSource
    void emptySource(Style style) {
        StepVerifier.create(writing(style, fd -> {}, Flux.empty())).verifyComplete();
        kernel.assertWrites(0);
    }

    @ParameterizedTest
    @EnumSource
    void emptyBuffersAreLeftOut(Style style) {
        StepVerifier.create(writing(style, fd -> {}, buffers("", "ab", "", "c", "")))
                .verifyComplete();
        assertThat(written()).isEqualTo("abc");
        kernel.assertWrites(1);
    }

    @ParameterizedTest
    @EnumSource
    void heapAndCompositeBuffers(Style style) {
        Flux<ByteBuf> source = Flux.just(0, 1)
                .map(i -> i == 0
                        ? Unpooled.copiedBuffer("heap,", StandardCharsets.UTF_8)
                        : Unpooled.wrappedBuffer(direct("compo"), direct("site")));
        StepVerifier.create(writing(style, fd -> {}, source)).verifyComplete();
        assertThat(written()).isEqualTo("heap,composite");
    }

    @ParameterizedTest
    @EnumSource
    void brokenPipe(Style style) {
        StepVerifier.create(writing(style, fd -> fd.room(2).writeError(Errno.EPIPE), buffers("abcd", "ef")))
                .verifyErrorSatisfies(e -> assertThat(e)
                        .isInstanceOfSatisfying(
                                PosixException.class, p -> assertThat(p.errno()).isEqualTo(Errno.EPIPE))
                        .hasMessageContaining("write(descriptor 1000)")
                        .hasMessageContaining("EPIPE"));
        assertThat(written()).isEqualTo("ab");
    }

    @ParameterizedTest
    @EnumSource
    void failedWriteCancelsTheSource(Style style) {
        TestPublisher<ByteBuf> source = TestPublisher.create();
        StepVerifier.create(writing(style, fd -> fd.writeError(Errno.EPIPE), source))
                .then(kernel::settle)
                .then(() -> source.next(direct("ab")))
                .verifyError(PosixException.class);
        kernel.settle();
        source.assertCancelled();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 8: the source's error is signalled after its earlier buffers are written")
    void sourceErrorAfterBytes(Style style) {
        Flux<ByteBuf> source = buffers("abc").concatWith(Mono.error(new IllegalArgumentException("source")));
        StepVerifier.create(writing(style, fd -> fd.room(1).writePause(), source))
                .then(kernel::settle)
                .then(() -> kernel.becomeWritable(kernel.descriptor()))
                .verifyErrorMessage("source");
        assertThat(written()).isEqualTo("abc");
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 10: cancel releases pending buffers, cancels the source, and stops writing")
    void cancel(Style style) {
        TestPublisher<ByteBuf> source = TestPublisher.create();
        StepVerifier.create(writing(style, fd -> fd.room(1).writePause(), source))
                .then(kernel::settle)
                .then(() -> source.next(direct("abc")))
                .then(kernel::settle)
                .thenCancel()
                .verify();
        kernel.settle();
        source.assertCancelled();
        assertThat(kernel.armed(kernel.descriptor())).isEqualTo(Interest.NONE);
        kernel.becomeWritable(kernel.descriptor());
        assertThat(written()).isEqualTo("a");
    }

    @ParameterizedTest
    @EnumSource
    void buffersAfterCancelAreReleased(Style style) {
        AtomicReference<Subscriber<? super ByteBuf>> writer = new AtomicReference<>();
        Publisher<ByteBuf> source = subscriber -> {
            writer.set(subscriber);
            subscriber.onSubscribe(Operators.emptySubscription());
        };
        StepVerifier.create(writing(style, fd -> {}, source))
                .then(kernel::settle)
                .thenCancel()
                .verify();
        kernel.settle();
        writer.get().onNext(direct("late"));
        assertThat(written()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void sourceThatOverflowsIsAnError(Style style) {
        TestPublisher<ByteBuf> source = TestPublisher.createNoncompliant(TestPublisher.Violation.REQUEST_OVERFLOW);
        StepVerifier.create(writing(style, fd -> fd.writePause(), source))
                .then(kernel::settle)
                .then(() -> IntStream.rangeClosed(0, 32).forEach(i -> source.next(direct("a"))))
                .verifyErrorSatisfies(e -> assertThat(e).hasMessageContaining("more than was requested"));
    }

    @ParameterizedTest
    @EnumSource
    void sourceOfAnotherThread(Style style) {
        String[] texts = IntStream.range(0, 1000).mapToObj(i -> i + ",").toArray(String[]::new);
        Flux<ByteBuf> source = buffers(texts).publishOn(Schedulers.parallel(), 1);
        StepVerifier.create(writing(style, fd -> fd.room(1500).writeWouldBlock().room(1), source))
                .verifyComplete();
        assertThat(written()).isEqualTo(String.join("", texts));
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 14: a source that emits inside request, 100,000 deep")
    void deepSource(Style style) {
        StepVerifier.create(writing(style, fd -> {}, Flux.range(0, 100_000).map(i -> direct("x"))))
                .verifyComplete();
        kernel.settle();
        assertThat(kernel.written(kernel.descriptor())).hasSize(100_000);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 14: empty buffers emitted inside request, 100,000 deep")
    void deepSourceOfEmptyBuffers(Style style) {
        StepVerifier.create(writing(style, fd -> {}, Flux.range(0, 100_000).map(i -> direct(""))))
                .verifyComplete();
        kernel.settle();
        kernel.assertWrites(0);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 6: an endless source does not starve a reader")
    void fairness(Style style) {
        kernel = ScriptedKernel.of(style, fd -> {}, fd -> fd.data("a").wouldBlock());
        CountDownLatch read = new CountDownLatch(1);
        List<Integer> writesBeforeRead = new ArrayList<>();
        // Demand for reading begins in the writer's first turn, because the subscription delivered the first buffer.
        Runnable startReading = () -> text(FdFlux.read(kernel.loops(), kernel.descriptor(1)))
                .take(1)
                .subscribe(a -> {
                    writesBeforeRead.add(kernel.writes());
                    read.countDown();
                });
        Flux<ByteBuf> source = Flux.range(0, 10_000).map(i -> {
            if (i == 1) {
                startReading.run();
            }
            return direct("x");
        });
        FdFlux.write(kernel.loops(), kernel.descriptor(0), source).subscribe();
        await(read);
        kernel.settle();
        assertThat(writesBeforeRead.getFirst()).isLessThanOrEqualTo(64);
    }

    @ParameterizedTest
    @EnumSource
    void secondWriterIsRefusedAndFirstGoesOn(Style style) {
        StepVerifier.create(writing(style, fd -> fd.writePause(), buffers("ab")))
                .then(kernel::settle)
                .then(() -> StepVerifier.create(FdFlux.write(kernel.loops(), kernel.descriptor(), buffers("cd")))
                        .verifyErrorSatisfies(e -> assertThat(e).hasMessageContaining("is being written already")))
                .then(() -> kernel.becomeWritable(kernel.descriptor()))
                .verifyComplete();
        assertThat(written()).isEqualTo("ab");
    }

    @ParameterizedTest
    @EnumSource
    void bothDirectionsOfOneDescriptor(Style style) {
        kernel = ScriptedKernel.of(
                style,
                fd -> fd.stream()
                        .pause()
                        .data("in")
                        .wouldBlock()
                        .data("put")
                        .pause()
                        .eof()
                        .room(3)
                        .writePause());
        CountDownLatch written = new CountDownLatch(1);
        StepVerifier.create(text(FdFlux.read(kernel.loops(), kernel.descriptor())))
                .then(() -> FdFlux.write(kernel.loops(), kernel.descriptor(), buffers("output"))
                        .subscribe(null, null, written::countDown))
                .then(kernel::settle)
                .then(() -> kernel.assertArmed(Interest.READ | Interest.WRITE))
                .then(() -> kernel.becomeReadable(kernel.descriptor()))
                .expectNext("in", "put")
                .then(() -> kernel.becomeWritable(kernel.descriptor()))
                .then(() -> await(written))
                .then(() -> assertThat(written()).isEqualTo("output"))
                .then(() ->
                        assertThat(kernel.isNonBlocking(kernel.descriptor())).isTrue())
                .then(() -> kernel.becomeReadable(kernel.descriptor()))
                .verifyComplete();
        kernel.settle();
        assertThat(kernel.isNonBlocking(kernel.descriptor())).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void cancelledReaderLeavesTheWriterAlone(Style style) {
        kernel = ScriptedKernel.of(style, fd -> fd.pause().writePause());
        CountDownLatch written = new CountDownLatch(1);
        StepVerifier.create(text(FdFlux.read(kernel.loops(), kernel.descriptor())))
                .then(() -> FdFlux.write(kernel.loops(), kernel.descriptor(), buffers("output"))
                        .subscribe(null, null, written::countDown))
                .then(kernel::settle)
                .thenCancel()
                .verify();
        kernel.settle();
        kernel.becomeWritable(kernel.descriptor());
        await(written);
        assertThat(written()).isEqualTo("output");
    }

    @ParameterizedTest
    @EnumSource
    void closingTheLoopsReleasesPendingBuffers(Style style) {
        StepVerifier.create(writing(style, fd -> fd.writePause(), buffers("ab")))
                .then(kernel::settle)
                .then(() -> kernel.loops().close())
                .verifyErrorSatisfies(e -> assertThat(e).hasMessageContaining("was closed by its loop"));
    }

    @ParameterizedTest
    @EnumSource
    void echo(Style style) {
        kernel = ScriptedKernel.of(
                style,
                fd -> fd.data("a").wouldBlock().data("b").wouldBlock().data("c").eof(),
                fd -> fd.room(1).writeWouldBlock());
        StepVerifier.create(FdFlux.write(
                        kernel.loops(), kernel.descriptor(1), FdFlux.read(kernel.loops(), kernel.descriptor(0))))
                .verifyComplete();
        kernel.settle();
        assertThat(kernel.written(kernel.descriptor(1))).isEqualTo("abc");
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariants 7, 18: after a cancel and a close, the number is free when the watch is disarmed")
    void cancelThenCloseThenReuse(Style style) throws Exception {
        kernel = ScriptedKernel.of(style, fd -> fd.pause().eof());
        var old = kernel.descriptor();
        var reading = text(FdFlux.read(kernel.loops(), old)).subscribe();
        kernel.settle();
        kernel.assertArmed(Interest.READ);
        CountDownLatch hold = new CountDownLatch(1);
        kernel.loops().group().execute(() -> await(hold));
        reading.dispose();
        old.close();
        assertThatThrownBy(() -> kernel.reopen(old, fd -> fd.eof()))
                .as("the number is leased until the loop releases it")
                .hasMessageContaining("is still open");
        hold.countDown();
        kernel.settle();
        var reused = kernel.reopen(old, fd -> fd.pause().data("new").eof());
        StepVerifier.create(text(FdFlux.read(kernel.loops(), reused)))
                .then(kernel::settle)
                .then(() -> kernel.becomeReadable(reused))
                .expectNext("new")
                .verifyComplete();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("a cancelled source runs on a loop of its own, and may fail until it knows")
    void errorsOfACancelledSourceAreNotDropped(Style style) {
        AtomicReference<Subscriber<? super ByteBuf>> writer = new AtomicReference<>();
        List<Throwable> dropped = new CopyOnWriteArrayList<>();
        Disposable writing = writing(style, fd -> {}, subscriber -> {
                    subscriber.onSubscribe(Operators.emptySubscription());
                    writer.set(subscriber);
                })
                .contextWrite(
                        context -> context.put("reactor.onErrorDropped.local", (Consumer<Throwable>) dropped::add))
                .subscribe();
        kernel.settle();
        writing.dispose();
        writer.get().onError(new IllegalStateException("closed by its loop"));
        kernel.settle();
        assertThat(dropped).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void errorsOfASourceThatHasCompletedAreDropped(Style style) {
        AtomicReference<Subscriber<? super ByteBuf>> writer = new AtomicReference<>();
        List<Throwable> dropped = new CopyOnWriteArrayList<>();
        StepVerifier.create(writing(style, fd -> {}, subscriber -> {
                            subscriber.onSubscribe(Operators.emptySubscription());
                            writer.set(subscriber);
                            subscriber.onComplete();
                        })
                        .contextWrite(context ->
                                context.put("reactor.onErrorDropped.local", (Consumer<Throwable>) dropped::add)))
                .verifyComplete();
        writer.get().onError(new IllegalStateException("too late"));
        kernel.settle();
        assertThat(dropped).hasSize(1);
    }
}
