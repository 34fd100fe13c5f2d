package io.fdflux.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.SignalCount;
import io.fdflux.SignalFlux;
import io.fdflux.spi.SourceKind;
import io.fdflux.test.ScriptedKernel.Style;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** Tests {@link SignalFlux} over a scripted kernel of both styles. */
@Timeout(30)
class SignalFluxTest {

    private ScriptedKernel kernel;

    private Flux<SignalCount> terms(Style style) {
        kernel = ScriptedKernel.of(style);
        return SignalFlux.on(kernel.loops(), "TERM");
    }

    @AfterEach
    void closeKernel() {
        if (kernel != null) {
            kernel.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void signalsAreWatchedFromTheSubscriptionUntilItsCancellation(Style style) {
        StepVerifier.create(terms(style), 0)
                .expectSubscription()
                .then(() -> assertThat(kernel.isWatched("TERM")).isTrue())
                .thenCancel()
                .verify();
        kernel.settle();
        assertThat(kernel.isWatched("TERM")).isFalse();
        kernel.assertTrace("watch SIGNAL 15", "unwatch SIGNAL 15");
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 1: without demand, signals are counted, and wake the loop once at most")
    void signalsWithoutDemandAreCountedIntoTheNextElement(Style style) {
        StepVerifier.create(terms(style), 0)
                .expectSubscription()
                .then(kernel::settle)
                .then(() -> {
                    for (int i = 0; i < 5; i++) {
                        kernel.signal("TERM");
                        kernel.settle();
                    }
                })
                .then(() -> assertThat(kernel.loops().total(Counter.EVENTS)).isLessThanOrEqualTo(1))
                .thenRequest(1)
                .expectNext(new SignalCount("TERM", 1)) // its report was on its way
                .thenRequest(1)
                .expectNext(new SignalCount("TERM", 4))
                .thenCancel()
                .verify();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 3: the next signal is armed only on demand")
    void eachElementTakesARequest(Style style) {
        StepVerifier.create(terms(style), 1)
                .expectSubscription()
                .then(kernel::settle)
                .then(() -> kernel.signal("TERM"))
                .expectNext(new SignalCount("TERM", 1))
                .then(kernel::settle)
                .then(() -> kernel.signal("TERM"))
                .then(kernel::settle)
                .then(() -> kernel.assertTrace("watch SIGNAL 15"))
                .thenRequest(1)
                .expectNext(new SignalCount("TERM", 1))
                .then(() -> kernel.assertTrace("watch SIGNAL 15", "rearm SIGNAL 15"))
                .thenCancel()
                .verify();
    }

    @ParameterizedTest
    @EnumSource
    void unboundedDemandGetsEachSignal(Style style) {
        StepVerifier.create(terms(style).take(3).map(SignalCount::count))
                .expectSubscription()
                .then(kernel::settle)
                .then(() -> kernel.signal("TERM"))
                .expectNext(1L)
                .then(kernel::settle)
                .then(() -> kernel.signal("TERM"))
                .expectNext(1L)
                .then(kernel::settle)
                .then(() -> kernel.signal("TERM"))
                .expectNext(1L)
                .verifyComplete();
        kernel.settle();
        assertThat(kernel.isWatched("TERM")).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void eachSubscriberGetsEachSignal(Style style) {
        Flux<SignalCount> terms = terms(style);
        StepVerifier.create(Flux.zip(
                        terms.take(1),
                        terms.take(1),
                        SignalFlux.on(kernel.loops(), "SIGHUP").take(1)))
                .expectSubscription()
                .then(kernel::settle)
                .then(() -> kernel.signal("TERM"))
                .then(() -> kernel.signal("HUP"))
                .assertNext(all -> {
                    assertThat(all.getT1()).isEqualTo(new SignalCount("TERM", 1));
                    assertThat(all.getT2()).isEqualTo(new SignalCount("TERM", 1));
                    assertThat(all.getT3()).isEqualTo(new SignalCount("HUP", 1));
                })
                .verifyComplete();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 14: a request within onNext does not recurse")
    void requestWithinOnNextDoesNotRecurse(Style style) {
        int[] depth = new int[2];
        terms(style).onErrorComplete().subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                subscription.request(1);
            }

            @Override
            protected void hookOnNext(SignalCount signal) {
                depth[0]++;
                depth[1] = Math.max(depth[1], depth[0]);
                request(1);
                depth[0]--;
            }
        });
        for (int i = 0; i < 50; i++) {
            kernel.settle();
            kernel.signal("TERM");
        }
        kernel.settle();
        assertThat(depth).containsExactly(0, 1);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 21: a subscriber that throws ends its own stream only")
    void throwingSubscriberEndsAlone(Style style) {
        Flux<SignalCount> terms = terms(style);
        StepVerifier.create(terms.doOnNext(signal -> {
                    throw new IllegalArgumentException("mine");
                }))
                .expectSubscription()
                .then(kernel::settle)
                .then(() -> kernel.signal("TERM"))
                .verifyErrorMessage("mine");
        kernel.settle();
        assertThat(kernel.sources()).isZero();
        StepVerifier.create(terms.take(1))
                .expectSubscription()
                .then(kernel::settle)
                .then(() -> kernel.signal("TERM"))
                .expectNextCount(1)
                .verifyComplete();
    }

    @ParameterizedTest
    @EnumSource
    void closedLoopsEndTheStream(Style style) {
        Flux<SignalCount> terms = terms(style);
        StepVerifier.create(terms, 0)
                .expectSubscription()
                .then(() -> kernel.loops().close())
                .verifyErrorMessage("signal TERM was closed by its loop");
        StepVerifier.create(terms).verifyErrorMessage("the loops have been closed; signal TERM is not possible");
    }

    // ---- several signals

    private Flux<SignalCount> termsAndInts(Style style) {
        kernel = ScriptedKernel.of(style);
        return SignalFlux.on(kernel.loops(), "TERM", "SIGINT", "SIGTERM");
    }

    @ParameterizedTest
    @EnumSource
    void severalSignalsAreNamedAndWatchedOnceEach(Style style) {
        StepVerifier.create(termsAndInts(style))
                .expectSubscription()
                .then(kernel::settle)
                .then(() -> kernel.signal("INT"))
                .expectNext(new SignalCount("INT", 1))
                .then(kernel::settle)
                .then(() -> kernel.signal("TERM"))
                .expectNext(new SignalCount("TERM", 1))
                .thenCancel()
                .verify();
        kernel.settle();
        assertThat(kernel.sources()).isZero();
        assertThat(kernel.trace())
                .startsWith("watch SIGNAL 15", "watch SIGNAL 2")
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 1: one request is one element of any signal; the others are counted per signal")
    void severalSignalsShareTheDemand(Style style) {
        StepVerifier.create(termsAndInts(style), 1)
                .expectSubscription()
                .then(kernel::settle)
                .then(() -> onLoop(() -> {
                    kernel.signal("INT");
                    kernel.signal("TERM");
                }))
                .expectNextCount(1) // one of them, the other one is kept
                .then(() -> {
                    for (int i = 0; i < 3; i++) {
                        kernel.signal("TERM");
                        kernel.signal("INT");
                        kernel.settle();
                    }
                })
                .then(() -> assertThat(kernel.loops().total(Counter.EVENTS)).isEqualTo(2))
                .thenRequest(1)
                .assertNext(kept -> assertThat(kept.count()).isEqualTo(1))
                .then(kernel::settle)
                .thenRequest(1)
                .assertNext(signal -> assertThat(signal.count()).isEqualTo(3))
                .then(kernel::settle)
                .thenRequest(1)
                .assertNext(signal -> assertThat(signal.count()).isEqualTo(3))
                .thenCancel()
                .verify();
    }

    /** Runs on the loop, so that one poll reports all that it does. */
    private void onLoop(Runnable actions) {
        kernel.loops().group().submit(actions).awaitUninterruptibly();
        kernel.settle();
    }

    /** A signal that comes with each request does not hold back another one. */
    @ParameterizedTest
    @EnumSource
    void severalSignalsTakeTurns(Style style) {
        StepVerifier.create(termsAndInts(style).map(SignalCount::name), 0)
                .expectSubscription()
                .then(kernel::settle)
                .then(() -> onLoop(() -> {
                    kernel.signal("TERM");
                    kernel.signal("INT");
                }))
                .thenRequest(1)
                .expectNext("TERM")
                .then(() -> kernel.signal("TERM"))
                .then(kernel::settle)
                .thenRequest(1)
                .expectNext("INT")
                .thenCancel()
                .verify();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 14: a request within onNext does not recurse, for signals that are kept")
    void requestWithinOnNextOfKeptSignals(Style style) {
        int[] depth = new int[2];
        List<String> names = new CopyOnWriteArrayList<>();
        kernel = ScriptedKernel.of(style);
        BaseSubscriber<SignalCount> subscriber = new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                subscription.request(1);
            }

            @Override
            protected void hookOnNext(SignalCount signal) {
                depth[0]++;
                depth[1] = Math.max(depth[1], depth[0]);
                if (names.size() > 0) {
                    request(1);
                }
                names.add(signal.name());
                depth[0]--;
            }
        };
        SignalFlux.on(kernel.loops(), "HUP", "INT", "TERM", "USR1").subscribe(subscriber);
        kernel.settle();
        onLoop(() -> List.of("HUP", "INT", "TERM", "USR1").forEach(kernel::signal));
        assertThat(names).hasSize(1);
        subscriber.request(1);
        kernel.settle();
        assertThat(names).containsExactlyInAnyOrder("HUP", "INT", "TERM", "USR1");
        assertThat(depth).containsExactly(0, 1);
        subscriber.cancel();
    }

    @ParameterizedTest
    @EnumSource
    void closedLoopsEndSeveralSignalsOnce(Style style) {
        StepVerifier.create(termsAndInts(style), 0)
                .expectSubscription()
                .then(() -> kernel.loops().close())
                .verifyErrorMessage("signal TERM, signal INT was closed by its loop");
        assertThat(kernel.sources()).isZero();
    }

    @Test
    void oneOfSeveralIsRefusedAsAlone() {
        kernel = ScriptedKernel.of();
        assertThatThrownBy(() -> SignalFlux.on(kernel.loops(), "TERM", "KILL"))
                .hasMessage("signal KILL cannot be subscribed to: no process can handle it: signal(7)");
        assertThatThrownBy(() -> SignalFlux.on(kernel.loops(), "TERM", "NONE")).hasMessageContaining("no signal NONE");
        kernel.withhold(SourceKind.SIGNAL);
        StepVerifier.create(SignalFlux.on(kernel.loops(), "TERM", "INT"))
                .verifyError(UnsupportedOperationException.class);
        kernel.settle();
        assertThat(kernel.sources()).isZero();
    }

    @Test
    void pollerWithoutSignalsRefuses() {
        Flux<SignalCount> terms = terms(Style.WATCH_PERSISTS);
        kernel.withhold(SourceKind.SIGNAL);
        StepVerifier.create(terms).verifyError(UnsupportedOperationException.class);
    }

    @ParameterizedTest
    @EnumSource
    void zeroRequestIsAnError(Style style) {
        List<Throwable> errors = new CopyOnWriteArrayList<>();
        terms(style).subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                subscription.request(0);
            }

            @Override
            protected void hookOnError(Throwable cause) {
                errors.add(cause);
            }
        });
        kernel.settle();
        assertThat(errors).singleElement().satisfies(cause -> assertThat(cause).hasMessageContaining("3.9"));
        assertThat(kernel.sources()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "KILL, no process can handle it",
        "SIGSTOP, no process can handle it",
        "SEGV, a fault of the program",
        "QUIT, the JVM prints its threads",
        "USR2, USR1 is free"
    })
    void reservedSignalsAreRefusedWithTheReason(String name, String reason) {
        kernel = ScriptedKernel.of();
        assertThatThrownBy(() -> SignalFlux.on(kernel.loops(), name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "TERMINATE", "term", "15"})
    void unknownSignalsAreRefusedWithThoseThatThereAre(String name) {
        kernel = ScriptedKernel.of();
        assertThatThrownBy(() -> SignalFlux.on(kernel.loops(), name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no signal " + name)
                .hasMessageContaining("TERM, ");
    }

    @Test
    void signalThatNobodyWatchesFailsTheTest() {
        kernel = ScriptedKernel.of();
        assertThatThrownBy(() -> kernel.signal("TERM")).hasMessageContaining("nobody watches signal TERM");
    }
}
