package io.fdflux.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.FdFlux;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.posix.ClosedDescriptorException;
import io.fdflux.posix.Errno;
import io.fdflux.posix.PosixException;
import io.fdflux.spi.Interest;
import io.fdflux.test.ScriptedKernel.Script;
import io.fdflux.test.ScriptedKernel.Style;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/**
 * Tests {@link FdFlux#read} over a scripted kernel of both styles. Test names have the numbers of the
 * design's invariants.
 */
@ExtendWith(BuffersReleased.class)
@Timeout(30)
class FdFluxReadTest {

    private ScriptedKernel kernel;

    private Flux<String> reading(Style style, Script script) {
        kernel = ScriptedKernel.of(style, script);
        return text(FdFlux.read(kernel.loops(), kernel.descriptor()));
    }

    static Flux<String> text(Flux<ByteBuf> buffers) {
        return buffers.map(FdFluxReadTest::text);
    }

    static String text(ByteBuf buffer) {
        try {
            return buffer.toString(StandardCharsets.UTF_8);
        } finally {
            buffer.release();
        }
    }

    private long total(Counter counter) {
        return kernel.loops().total(counter);
    }

    @AfterEach
    void closeKernel() {
        kernel.settle();
        kernel.close();
    }

    // ---- demand

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 1: no read before the first request")
    void noReadWithoutDemand(Style style) {
        StepVerifier.create(reading(style, fd -> fd.data("ab").eof()), 0)
                .expectSubscription()
                .then(kernel::settle)
                .then(kernel::assertNoReads)
                .then(() -> assertThat(total(Counter.READ_ATTEMPTS)).isZero())
                .thenCancel()
                .verify();
        kernel.settle();
        kernel.assertNoReads();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 1: as many reads as requested, even with more data")
    void oneReadForOneRequest(Style style) {
        StepVerifier.create(
                        reading(
                                style,
                                fd -> fd.data("a").data("b").data("c").data("d").wouldBlock()),
                        0)
                .thenRequest(1)
                .expectNext("a")
                .then(kernel::settle)
                .then(() -> kernel.assertReads(1))
                .thenRequest(2)
                .expectNext("b", "c")
                .then(kernel::settle)
                .then(() -> kernel.assertReads(3))
                .thenCancel()
                .verify();
        kernel.settle();
        kernel.assertReads(3);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 1: an event without demand reads nothing")
    void eventWithoutDemandReadsNothing(Style style) {
        StepVerifier.create(
                        reading(
                                style,
                                fd -> fd.wouldBlock()
                                        .data("a")
                                        .pause()
                                        .data("b")
                                        .data("c")
                                        .wouldBlock()),
                        1)
                .expectNext("a")
                .then(kernel::settle)
                .then(() -> kernel.becomeReadable(kernel.descriptor()))
                .then(kernel::settle)
                .then(() -> kernel.assertReads(2))
                .thenRequest(1)
                .expectNext("b")
                .then(kernel::settle)
                .then(() -> kernel.assertReads(3))
                .thenCancel()
                .verify();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 2: demand reads first, and arms nothing if that succeeds")
    void speculationNeedsNoPoller(Style style) {
        StepVerifier.create(reading(style, fd -> fd.data("a").data("b").wouldBlock()), 2)
                .expectNext("a", "b")
                .then(kernel::settle)
                .then(() -> assertThat(kernel.readArms()).isZero())
                .then(() -> kernel.assertArmed(Interest.NONE))
                .thenCancel()
                .verify();
        kernel.settle();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 3: armed once after EAGAIN, because demand remains")
    void eagainArms(Style style) {
        StepVerifier.create(reading(style, fd -> fd.data("a").pause().data("b").wouldBlock()), 2)
                .expectNext("a")
                .then(kernel::settle)
                .then(() -> kernel.assertReads(2))
                .then(() -> kernel.assertArmed(Interest.READ))
                .then(() -> assertThat(total(Counter.READ_EAGAINS)).isOne())
                .then(() -> kernel.becomeReadable(kernel.descriptor()))
                .expectNext("b")
                .then(kernel::settle)
                .then(() -> kernel.assertReads(3))
                .then(() -> assertThat(kernel.readArms()).isOne())
                .thenCancel()
                .verify();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 3: READ is not armed again without demand")
    void rearmedOnlyOnDemand(Style style) {
        StepVerifier.create(
                        reading(
                                style,
                                fd -> fd.wouldBlock()
                                        .data("a")
                                        .wouldBlock()
                                        .data("b")
                                        .wouldBlock()),
                        0)
                .thenRequest(1)
                .expectNext("a")
                .then(kernel::settle)
                .then(() -> assertThat(kernel.readArms()).isOne())
                .thenRequest(1)
                .expectNext("b")
                .then(kernel::settle)
                .then(() -> assertThat(kernel.readArms()).isEqualTo(style == Style.WATCH_PERSISTS ? 1 : 2))
                .thenCancel()
                .verify();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 3: a slow consumer costs one read per chunk, and at most one EAGAIN and one arm")
    void slowConsumer(Style style) {
        int chunks = 20;
        StepVerifier.FirstStep<String> steps = StepVerifier.create(
                reading(style, fd -> {
                    for (int i = 0; i < chunks; i++) {
                        fd.wouldBlock().data("chunk");
                    }
                    fd.wouldBlock();
                }),
                0);
        StepVerifier.Step<String> step = steps.expectSubscription();
        for (int i = 0; i < chunks; i++) {
            step = step.thenRequest(1).expectNext("chunk").then(kernel::settle);
        }
        step.thenCancel().verify();
        kernel.settle();
        assertThat(kernel.reads()).isLessThanOrEqualTo(2 * chunks);
        assertThat(kernel.readArms()).isLessThanOrEqualTo(chunks);
        assertThat(total(Counter.UNWANTED_EVENTS)).isLessThanOrEqualTo(chunks);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 3: after a short read of a stream the next one would block")
    void shortReadOfStream(Style style) {
        StepVerifier.create(
                        reading(
                                style,
                                fd -> fd.stream()
                                        .data("ab")
                                        .wouldBlock()
                                        .data("c")
                                        .pause()),
                        2)
                .expectNext("ab")
                .expectNext("c")
                .then(kernel::settle)
                .then(() -> kernel.assertReads(2))
                .then(() -> assertThat(total(Counter.READ_EAGAINS)).isZero())
                .thenCancel()
                .verify();
        kernel.settle();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 3: after a short read of another descriptor the next one may succeed")
    void shortReadOfPipe(Style style) {
        StepVerifier.create(reading(style, fd -> fd.data("ab").data("c").wouldBlock()), 3)
                .expectNext("ab")
                .expectNext("c")
                .then(kernel::settle)
                .then(() -> kernel.assertReads(3))
                .then(() -> assertThat(total(Counter.READ_EAGAINS)).isOne())
                .thenCancel()
                .verify();
    }

    @ParameterizedTest
    @EnumSource
    void spuriousEventIsNotEndOfAnything(Style style) {
        StepVerifier.create(
                        reading(
                                style,
                                fd -> fd.wouldBlock().spuriousEvent().data("a").eof()),
                        2)
                .expectNext("a")
                .expectComplete()
                .verify();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 4: at most one update per descriptor and iteration, for any changes of demand")
    void oneUpdatePerIteration(Style style) {
        // The scripted poller fails the test on a second update between two waits.
        StepVerifier.create(reading(
                        style,
                        fd -> fd.pause().data("a").pause().data("b").pause().eof()))
                .then(kernel::settle)
                .then(() -> kernel.becomeReadable(kernel.descriptor()))
                .expectNext("a")
                .then(() -> kernel.becomeReadable(kernel.descriptor()))
                .expectNext("b")
                .then(() -> kernel.becomeReadable(kernel.descriptor()))
                .verifyComplete();
        kernel.settle();
        if (style == Style.EVENT_SPENDS_WATCH) {
            assertThat(total(Counter.UPDATE_CALLS)).isZero();
        }
    }

    // ---- the end

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 8: bytes that arrive with the end are delivered before it")
    void bytesAndEndTogether(Style style) {
        StepVerifier.create(reading(style, fd -> fd.pause().data("ab").eof()))
                .then(kernel::settle)
                .then(() -> kernel.becomeReadable(kernel.descriptor()))
                .expectNext("ab")
                .verifyComplete();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 8: on a stream socket, a short read does not hide the end that arrived with its bytes")
    void bytesAndEndTogetherOnStream(Style style) {
        StepVerifier.create(reading(style, fd -> fd.stream().pause().data("ab").eof()))
                .then(kernel::settle)
                .then(() -> kernel.becomeReadable(kernel.descriptor()))
                .expectNext("ab")
                .verifyComplete();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 8: on a stream socket, a read without an event notices bytes and end")
    void bytesAndEndTogetherBySpeculation(Style style) {
        StepVerifier.create(reading(style, fd -> fd.stream().data("ab").eof()))
                .expectNext("ab")
                .verifyComplete();
    }

    @ParameterizedTest
    @EnumSource
    void emptyInput(Style style) {
        StepVerifier.create(reading(style, DescriptorScript::eof)).verifyComplete();
        kernel.settle();
        assertThat(kernel.reads()).isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 8: pending bytes are delivered by demand, then the end")
    void pendingBytesAsDemanded(Style style) {
        StepVerifier.create(
                        reading(
                                style,
                                fd -> fd.stream().pause().data("a".repeat(5000)).eof()),
                        0)
                .then(kernel::settle)
                .then(() -> kernel.becomeReadable(kernel.descriptor()))
                .then(kernel::settle)
                .then(kernel::assertNoReads)
                .thenRequest(1)
                .consumeNextWith(first -> assertThat(first).isNotEmpty())
                .thenRequest(100)
                .thenConsumeWhile(more -> true)
                .verifyComplete();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 9: a closed peer is noticed without demand and without a read")
    void hangupWithoutDemand(Style style) {
        StepVerifier.create(reading(style, fd -> fd.stream().pause().eof()), 0)
                .then(kernel::settle)
                .then(() -> assertThat(kernel.armed(kernel.descriptor())).isEqualTo(Interest.HANGUP))
                .then(() -> kernel.becomeReadable(kernel.descriptor()))
                .verifyComplete();
        kernel.assertNoReads();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 9: after a close with pending bytes, the stream completes when they are delivered")
    void hangupWithBytesPending(Style style) {
        StepVerifier.create(reading(style, fd -> fd.stream().pause().data("ab").eof()), 0)
                .then(kernel::settle)
                .then(() -> kernel.becomeReadable(kernel.descriptor()))
                .then(kernel::settle)
                .then(kernel::assertNoReads)
                .thenRequest(1)
                .expectNext("ab")
                .verifyComplete();
        kernel.assertReads(1);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 9: a peer that closes after demand is met is noticed without further demand")
    void hangupAfterDemandWasMet(Style style) {
        StepVerifier.create(
                        reading(
                                style,
                                fd -> fd.stream()
                                        .wouldBlock()
                                        .data("ab")
                                        .pause()
                                        .eof()),
                        1)
                .expectNext("ab")
                .then(kernel::settle)
                .then(() -> kernel.becomeReadable(kernel.descriptor()))
                .verifyComplete();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 9: a reset is noticed without demand")
    void resetWithoutDemand(Style style) {
        StepVerifier.create(
                        reading(
                                style,
                                fd -> fd.stream()
                                        .pause()
                                        .error(Errno.ECONNRESET)
                                        .eof()),
                        0)
                .then(kernel::settle)
                .then(() -> kernel.becomeReadable(kernel.descriptor()))
                .verifyErrorSatisfies(FdFluxReadTest::isReset);
    }

    // ---- errors

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 8: an error comes after the bytes that preceded it")
    void errorAfterBytes(Style style) {
        StepVerifier.create(reading(style, fd -> fd.stream().pause().data("ab").error(Errno.ECONNRESET)))
                .then(kernel::settle)
                .then(() -> kernel.becomeReadable(kernel.descriptor()))
                .expectNext("ab")
                .verifyErrorSatisfies(FdFluxReadTest::isReset);
    }

    private static void isReset(Throwable error) {
        assertThat(error)
                .isInstanceOfSatisfying(
                        PosixException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ECONNRESET))
                .hasMessageContaining("read(descriptor 1000)")
                .hasMessageContaining("ECONNRESET");
    }

    @ParameterizedTest
    @EnumSource
    void failedReadEndsTheStream(Style style) {
        StepVerifier.create(reading(style, fd -> fd.data("a").error(Errno.ECONNRESET)))
                .expectNext("a")
                .verifyErrorSatisfies(FdFluxReadTest::isReset);
    }

    @ParameterizedTest
    @EnumSource
    void closedDescriptorIsTypedError(Style style) throws Exception {
        Flux<String> flux = reading(style, DescriptorScript::eof);
        kernel.descriptor().close();
        StepVerifier.create(flux)
                .verifyErrorSatisfies(e -> assertThat(e)
                        .isInstanceOf(ClosedDescriptorException.class)
                        .hasMessageContaining("read(descriptor 1000)"));
        kernel.settle();
        kernel.assertNoReads();
    }

    @ParameterizedTest
    @EnumSource
    void refusedWatchFailsTheStream(Style style) {
        StepVerifier.create(reading(style, fd -> fd.pause().refusesWatch(Errno.EINVAL)))
                .verifyErrorSatisfies(e -> assertThat(e).hasMessageContaining("watch(descriptor 1000)"));
        kernel.settle();
        assertThat(kernel.loops().total(Counter.REFUSED_CHANGES)).isOne();
    }

    @ParameterizedTest
    @EnumSource
    void regularFileIsAlwaysReady(Style style) {
        StepVerifier.create(reading(style, fd -> fd.data("a").data("b").eof().refusesWatch(Errno.EPERM)), 0)
                .then(kernel::settle)
                .then(kernel::assertNoReads)
                .thenRequest(1)
                .expectNext("a")
                .then(kernel::settle)
                .thenRequest(9)
                .expectNext("b")
                .verifyComplete();
    }

    @ParameterizedTest
    @EnumSource
    void requestOfZeroIsRefused(Style style) {
        reading(style, fd -> fd.data("a").eof());
        AtomicReference<Throwable> error = new AtomicReference<>();
        CountDownLatch ended = new CountDownLatch(1);
        // Raw bypasses Reactor's own check of requests.
        FdFlux.read(kernel.loops(), kernel.descriptor()).subscribe(new Raw() {
            @Override
            public void onSubscribe(Subscription s) {
                s.request(0);
            }

            @Override
            public void onError(Throwable t) {
                error.set(t);
                ended.countDown();
            }
        });
        await(ended);
        assertThat(error.get())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("request of 0")
                .hasMessageContaining("3.9");
        kernel.settle();
        kernel.assertNoReads();
    }

    @ParameterizedTest
    @EnumSource
    void secondReaderIsRefusedAndFirstGoesOn(Style style) {
        StepVerifier.create(reading(style, fd -> fd.pause().data("a").eof()))
                .then(kernel::settle)
                .then(() -> StepVerifier.create(FdFlux.read(kernel.loops(), kernel.descriptor()))
                        .verifyErrorSatisfies(e -> assertThat(e)
                                .isInstanceOf(IllegalStateException.class)
                                .hasMessageContaining("descriptor 1000 is being read already")))
                .then(() -> kernel.becomeReadable(kernel.descriptor()))
                .expectNext("a")
                .verifyComplete();
    }

    @ParameterizedTest
    @EnumSource
    void readsAgainAfterTheFirstReaderHasEnded(Style style) {
        Flux<String> flux = reading(style, fd -> fd.data("a").data("b").eof());
        StepVerifier.create(flux, 1).expectNext("a").thenCancel().verify();
        kernel.settle();
        StepVerifier.create(flux).expectNext("b").verifyComplete();
    }

    @ParameterizedTest
    @EnumSource
    void exceptionOfUserCodeFailsItsOwnStreamOnly(Style style) {
        kernel = ScriptedKernel.of(
                style,
                fd -> fd.data("a").data("b").eof(),
                fd -> fd.pause().data("c").eof());
        AtomicReference<Throwable> failure = new AtomicReference<>();
        CountDownLatch ended = new CountDownLatch(1);
        StepVerifier.create(text(FdFlux.read(kernel.loops(), kernel.descriptor(1))))
                .then(() -> FdFlux.read(kernel.loops(), kernel.descriptor(0)).subscribe(new Raw() {
                    @Override
                    public void onSubscribe(Subscription s) {
                        s.request(10);
                    }

                    @Override
                    public void onNext(ByteBuf buffer) {
                        buffer.release();
                        throw new IllegalArgumentException("user code");
                    }

                    @Override
                    public void onError(Throwable t) {
                        failure.set(t);
                        ended.countDown();
                    }
                }))
                .then(() -> await(ended))
                .then(() -> assertThat(failure.get()).hasMessageContaining("descriptor 1000"))
                .then(kernel::settle)
                .then(() -> assertThat(kernel.reads(kernel.descriptor(0))).isOne())
                .then(() -> kernel.becomeReadable(kernel.descriptor(1)))
                .expectNext("c")
                .verifyComplete();
    }

    @ParameterizedTest
    @EnumSource
    void closedLoopsAreAnErrorNotSilence(Style style) {
        Flux<String> flux = reading(style, fd -> fd.data("a").eof());
        kernel.loops().close();
        StepVerifier.create(flux)
                .verifyErrorSatisfies(e -> assertThat(e).hasMessageContaining("the loops have been closed"));
    }

    @ParameterizedTest
    @EnumSource
    void closingTheLoopsEndsTheirStreams(Style style) {
        StepVerifier.create(reading(style, fd -> fd.pause().eof()))
                .then(kernel::settle)
                .then(() -> kernel.loops().close())
                .verifyErrorSatisfies(e -> assertThat(e).hasMessageContaining("was closed by its loop"));
    }

    // ---- threads, cancellation, reentrancy

    @ParameterizedTest
    @EnumSource
    void requestsOfManyThreadsAddUp(Style style) throws Exception {
        int threads = 8;
        int each = 50;
        reading(style, fd -> {
            for (int i = 0; i < threads * each + 10; i++) {
                fd.data("x");
            }
        });
        AtomicInteger received = new AtomicInteger();
        CountDownLatch all = new CountDownLatch(threads * each);
        AtomicReference<Subscription> subscription = new AtomicReference<>();
        FdFlux.read(kernel.loops(), kernel.descriptor()).subscribe(new Raw() {
            @Override
            public void onSubscribe(Subscription s) {
                subscription.set(s);
            }

            @Override
            public void onNext(ByteBuf buffer) {
                buffer.release();
                received.incrementAndGet();
                all.countDown();
            }
        });
        List<Thread> requesters = IntStream.range(0, threads)
                .mapToObj(t -> Thread.ofPlatform().start(() -> {
                    for (int i = 0; i < each; i++) {
                        subscription.get().request(1);
                    }
                }))
                .toList();
        for (Thread requester : requesters) {
            requester.join();
        }
        await(all);
        kernel.settle();
        assertThat(received).hasValue(threads * each);
        kernel.assertReads(threads * each);
        subscription.get().cancel();
        kernel.settle();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 10: no read after a cancel inside onNext, so later data stays in the kernel")
    void cancelInsideOnNext(Style style) {
        Flux<String> flux =
                reading(style, fd -> fd.data("a").data("b").data("c").eof());
        StepVerifier.create(flux.take(2)).expectNext("a", "b").verifyComplete();
        kernel.settle();
        kernel.assertReads(2);
        assertThat(kernel.descriptor().isOpen()).isTrue();
        StepVerifier.create(flux).expectNext("c").verifyComplete();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 10: no read after a cancel by another thread during onNext")
    void cancelDuringOnNext(Style style) {
        reading(style, fd -> fd.data("a").data("b").eof());
        AtomicReference<Subscription> subscription = new AtomicReference<>();
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        FdFlux.read(kernel.loops(), kernel.descriptor()).subscribe(new Raw() {
            @Override
            public void onSubscribe(Subscription s) {
                subscription.set(s);
                s.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(ByteBuf buffer) {
                buffer.release();
                inside.countDown();
                await(cancelled);
            }
        });
        await(inside);
        subscription.get().cancel();
        cancelled.countDown();
        kernel.settle();
        kernel.assertReads(1);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 10: a cancel by another thread disarms a waiting stream")
    void cancelWhileArmed(Style style) {
        StepVerifier.create(reading(style, fd -> fd.pause().data("a").eof()))
                .then(kernel::settle)
                .then(() -> kernel.assertArmed(Interest.READ))
                .thenCancel()
                .verify();
        kernel.settle();
        assertThat(kernel.armed(kernel.descriptor())).isEqualTo(Interest.NONE);
        kernel.becomeReadable(kernel.descriptor());
        kernel.settle();
        kernel.assertReads(1);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 10: no read after a cancel before the first request")
    void cancelAtOnce(Style style) {
        StepVerifier.create(reading(style, fd -> fd.data("a").eof()), 0)
                .thenCancel()
                .verify();
        kernel.settle();
        kernel.assertNoReads();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 14: request inside onNext, 100,000 deep")
    void requestInsideOnNext(Style style) {
        int count = 100_000;
        AtomicInteger next = new AtomicInteger();
        AtomicReference<String> disorder = new AtomicReference<>();
        CountDownLatch done = new CountDownLatch(1);
        reading(style, fd -> {
            for (int i = 0; i < count; i++) {
                fd.data(Integer.toString(i));
            }
            fd.eof();
        });
        text(FdFlux.read(kernel.loops(), kernel.descriptor())).subscribe(new BaseSubscriber<>() {
            private boolean inside;

            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                request(1);
            }

            @Override
            protected void hookOnNext(String value) {
                if (inside || !value.equals(Integer.toString(next.get()))) {
                    disorder.compareAndSet(null, value + " instead of " + next + (inside ? ", nested" : ""));
                }
                next.incrementAndGet();
                inside = true;
                request(1);
                inside = false;
            }

            @Override
            protected void hookFinally(reactor.core.publisher.SignalType type) {
                done.countDown();
            }
        });
        await(done);
        assertThat(disorder.get()).isNull();
        assertThat(next).hasValue(count);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 14: cancel inside request")
    void cancelInsideRequest(Style style) {
        reading(style, fd -> fd.data("a").data("b").eof());
        CountDownLatch first = new CountDownLatch(1);
        FdFlux.read(kernel.loops(), kernel.descriptor()).subscribe(new Raw() {
            private Subscription subscription;

            @Override
            public void onSubscribe(Subscription s) {
                subscription = s;
                s.request(1);
            }

            @Override
            public void onNext(ByteBuf buffer) {
                buffer.release();
                subscription.request(1);
                subscription.cancel();
                first.countDown();
            }
        });
        await(first);
        kernel.settle();
        kernel.assertReads(1);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 6: an endless descriptor does not starve another one, nor the loop's tasks")
    void fairness(Style style) {
        AtomicInteger endlessReads = new AtomicInteger();
        kernel = ScriptedKernel.of(
                style,
                fd -> {
                    for (int i = 0; i < 5_000; i++) {
                        fd.data("x");
                    }
                    fd.eof();
                },
                fd -> fd.data("a").data("b").eof());
        AtomicInteger readsBeforeOther = new AtomicInteger();
        CountDownLatch both = new CountDownLatch(2);
        kernel.loops().group().next().execute(() -> {
            FdFlux.read(kernel.loops(), kernel.descriptor(0))
                    .doOnNext(b -> endlessReads.incrementAndGet())
                    .doOnNext(ByteBuf::release)
                    .doFinally(s -> both.countDown())
                    .subscribe();
            text(FdFlux.read(kernel.loops(), kernel.descriptor(1)))
                    .doOnNext(b -> readsBeforeOther.compareAndSet(0, endlessReads.get()))
                    .doFinally(s -> both.countDown())
                    .subscribe();
        });
        await(both);
        assertThat(readsBeforeOther.get()).isLessThanOrEqualTo(64);
        assertThat(kernel.readArms()).as("invariant 3: no read would block").isZero();
    }

    // ---- descriptors

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 7: a late event of a closed descriptor does not reach the number's next owner")
    void lateEventAfterReuse(Style style) throws Exception {
        StepVerifier.create(reading(style, fd -> fd.pause().eof()))
                .then(kernel::settle)
                .thenCancel()
                .verify();
        kernel.settle();
        var old = kernel.descriptor();
        old.close();
        var reused = kernel.reopen(old, fd -> fd.pause().data("new").eof());
        assertThat(reused.number()).isEqualTo(old.number());
        StepVerifier.create(text(FdFlux.read(kernel.loops(), reused)))
                .then(kernel::settle)
                .then(() -> kernel.lateEvent(old, 1 | 1 << 2))
                .then(kernel::settle)
                .then(() -> assertThat(kernel.reads(reused)).isOne())
                .then(() -> assertThat(total(Counter.STALE_EVENTS)).isOne())
                .then(() -> kernel.becomeReadable(reused))
                .expectNext("new")
                .verifyComplete();
    }

    @ParameterizedTest
    @EnumSource
    void blockingDescriptorIsSetBack(Style style) {
        StepVerifier.create(reading(style, fd -> fd.pause().eof()))
                .then(kernel::settle)
                .then(() ->
                        assertThat(kernel.isNonBlocking(kernel.descriptor())).isTrue())
                .then(() -> kernel.becomeReadable(kernel.descriptor()))
                .verifyComplete();
        kernel.settle();
        assertThat(kernel.isNonBlocking(kernel.descriptor())).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void nonBlockingDescriptorIsLeftSo(Style style) {
        StepVerifier.create(reading(style, fd -> fd.nonBlocking().eof())).verifyComplete();
        kernel.settle();
        assertThat(kernel.isNonBlocking(kernel.descriptor())).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void nullArgumentsAreRefusedAtOnce(Style style) {
        reading(style, DescriptorScript::eof);
        assertThatThrownBy(() -> FdFlux.read(null, kernel.descriptor())).hasMessage("loops");
        assertThatThrownBy(() -> FdFlux.read(kernel.loops(), null)).hasMessage("descriptor");
    }

    static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).as("it ended").isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
