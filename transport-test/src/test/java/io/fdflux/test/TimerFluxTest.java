package io.fdflux.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.FdFlux;
import io.fdflux.TimerFlux;
import io.fdflux.spi.SourceKind;
import io.fdflux.test.ScriptedKernel.Style;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** Tests {@link TimerFlux} by the time of a scripted kernel, which passes only when the test says so. */
@ExtendWith(BuffersReleased.class)
@Timeout(30)
class TimerFluxTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private ScriptedKernel kernel;
    private ScriptedTime time;

    @BeforeEach
    void makeKernel() {
        kernel = ScriptedKernel.of(fd -> fd.pause().data("a").wouldBlock());
        time = kernel.time();
    }

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    private Runnable pass(Duration duration) {
        return () -> time.advance(duration);
    }

    // ---- ticks

    @Test
    void eachPeriodIsATick() {
        StepVerifier.create(TimerFlux.every(kernel.loops(), SECOND))
                .expectSubscription()
                .then(pass(SECOND.minusNanos(1)))
                .then(pass(Duration.ofNanos(1)))
                .expectNext(1L)
                .then(pass(Duration.ofSeconds(3)))
                .expectNext(1L, 1L, 1L)
                .thenCancel()
                .verify();
    }

    @Test
    void noTickComesEarly() {
        List<Instant> ticks = new CopyOnWriteArrayList<>();
        Instant start = time.now();
        TimerFlux.every(kernel.loops(), Duration.ofNanos(7), Duration.ofNanos(10))
                .take(3)
                .subscribe(tick -> ticks.add(time.now()));
        time.advance(Duration.ofNanos(100));
        assertThat(ticks).containsExactly(start.plusNanos(7), start.plusNanos(17), start.plusNanos(27));
    }

    @Test
    void missedTicksAreCountedIntoTheNextElement() {
        StepVerifier.create(TimerFlux.every(kernel.loops(), SECOND), 1)
                .expectSubscription()
                .then(pass(SECOND))
                .expectNext(1L)
                .then(pass(Duration.ofMillis(3500)))
                .thenRequest(1)
                .expectNext(3L)
                .thenRequest(1)
                .then(pass(Duration.ofMillis(500)))
                .expectNext(1L)
                .thenCancel()
                .verify();
    }

    @Test
    void ticksOfASleepingMachineAreOneElement() {
        StepVerifier.create(TimerFlux.every(kernel.loops(), SECOND))
                .expectSubscription()
                .then(kernel::settle)
                .then(() -> time.jump(Duration.ofSeconds(60)))
                .expectNext(60L)
                .then(pass(SECOND))
                .expectNext(1L)
                .thenCancel()
                .verify();
    }

    @Test
    @DisplayName("invariant 1: without demand there is no timer, and the loop sleeps on")
    void withoutDemandThereIsNoTimer() {
        StepVerifier.create(TimerFlux.every(kernel.loops(), SECOND), 1)
                .expectSubscription()
                .then(pass(SECOND))
                .expectNext(1L)
                .then(() -> {
                    kernel.settle();
                    long waits = kernel.waits();
                    time.advance(Duration.ofHours(1));
                    // The change of the time itself makes the scripted poller look once more, but not poll again.
                    assertThat(kernel.waits()).isEqualTo(waits);
                })
                .thenRequest(1)
                .expectNext(3600L)
                .thenCancel()
                .verify();
    }

    @Test
    void cancelledTimerLeavesNoDeadline() {
        StepVerifier.create(TimerFlux.every(kernel.loops(), SECOND))
                .expectSubscription()
                .then(kernel::settle)
                .thenCancel()
                .verify();
        kernel.settle();
        long waits = kernel.waits();
        time.advance(Duration.ofHours(1));
        assertThat(kernel.waits()).isEqualTo(waits);
    }

    @Test
    @DisplayName("invariant 14: requests within onNext neither recurse nor repeat ticks")
    void requestsWithinOnNextNeitherRecurseNorRepeat() {
        List<Long> ticks = new ArrayList<>();
        int[] depth = new int[2];
        TimerFlux.every(kernel.loops(), Duration.ofNanos(1)).onErrorComplete().subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                subscription.request(1);
            }

            @Override
            protected void hookOnNext(Long count) {
                depth[0]++;
                depth[1] = Math.max(depth[1], depth[0]);
                ticks.add(count);
                request(1);
                depth[0]--;
            }
        });
        time.jump(Duration.ofNanos(1000));
        assertThat(ticks).containsExactly(1000L);
        assertThat(depth).containsExactly(0, 1);
    }

    @Test
    void dueTimerRunsBeforeWhatThePollReports() {
        List<String> order = new CopyOnWriteArrayList<>();
        FdFlux.read(kernel.loops(), kernel.descriptor()).take(1).subscribe(buffer -> {
            buffer.release();
            order.add("bytes");
        });
        TimerFlux.every(kernel.loops(), SECOND).take(1).subscribe(tick -> order.add("tick"));
        kernel.settle();
        kernel.loops().group().next().execute(() -> {
            // On the loop, before its poll: both are there when it polls.
            kernel.becomeReadable(kernel.descriptor());
            pastDeadline();
        });
        kernel.settle();
        assertThat(order).containsExactly("tick", "bytes");
    }

    /** As {@link ScriptedTime#jump} does, on the loop, which cannot settle. */
    private void pastDeadline() {
        time.pass(SECOND.toNanos());
    }

    @Test
    void closedLoopsEndTimersWithAndWithoutDemand() {
        StepVerifier withDemand = StepVerifier.create(TimerFlux.every(kernel.loops(), SECOND))
                .expectSubscription()
                .expectErrorMessage("a timer of PT1S was closed by its loop")
                .verifyLater();
        StepVerifier.create(TimerFlux.every(kernel.loops(), SECOND), 0)
                .expectSubscription()
                .then(() -> kernel.loops().close())
                .verifyErrorMessage("a timer of PT1S was closed by its loop");
        withDemand.verify();
        StepVerifier.create(TimerFlux.every(kernel.loops(), SECOND))
                .verifyErrorMessage("the loops have been closed; a timer of PT1S is not possible");
    }

    @Test
    void impossiblePeriodsAreRefused() {
        assertThatThrownBy(() -> TimerFlux.every(kernel.loops(), Duration.ZERO)).hasMessageContaining("positive");
        assertThatThrownBy(() -> TimerFlux.every(kernel.loops(), Duration.ofSeconds(-1), SECOND))
                .hasMessageContaining("not negative");
        assertThatThrownBy(() -> TimerFlux.every(kernel.loops(), Duration.ofDays(200_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("292 years");
    }

    // ---- points in time

    @ParameterizedTest
    @EnumSource
    void pointInTimeIsReportedAtThatTime(Style style) {
        try (ScriptedKernel kernel = ScriptedKernel.of(style)) {
            Instant then = kernel.time().now().plusSeconds(90);
            StepVerifier.create(TimerFlux.at(kernel.loops(), then))
                    .expectSubscription()
                    .then(kernel::settle)
                    .then(() -> kernel.time().advance(Duration.ofSeconds(89)))
                    .expectNoEvent(Duration.ZERO)
                    .then(() -> kernel.time().advance(Duration.ofSeconds(10)))
                    .expectNext(then)
                    .verifyComplete();
            kernel.settle();
            assertThat(kernel.sources()).isZero();
        }
    }

    @Test
    void pointInTimeFollowsAClockThatIsSetForward() {
        Instant then = time.now().plusSeconds(3600);
        StepVerifier.create(TimerFlux.at(kernel.loops(), then))
                .expectSubscription()
                .then(kernel::settle)
                .then(() -> time.setClock(then.plusSeconds(5)))
                .expectNext(then.plusSeconds(5))
                .verifyComplete();
    }

    @Test
    void reportBeforeTheTimeIsWatchedAgain() {
        Instant then = time.now().plusSeconds(10);
        StepVerifier.create(TimerFlux.at(kernel.loops(), then))
                .expectSubscription()
                .then(kernel::settle)
                .then(() -> kernel.occurTimers()) // as some kernels do when the clock is set
                .then(kernel::settle)
                .expectNoEvent(Duration.ZERO)
                .then(pass(Duration.ofSeconds(10)))
                .expectNext(then)
                .verifyComplete();
    }

    @Test
    void pastIsDueAtOnce() {
        Instant now = time.now();
        StepVerifier.create(TimerFlux.at(kernel.loops(), now.minusSeconds(1)))
                .expectNext(now)
                .verifyComplete();
    }

    @Test
    void withoutSuchTimersTheClockIsReadEverySecond() {
        kernel.withhold(SourceKind.TIMER);
        Instant then = time.now().plusMillis(2500);
        StepVerifier.create(TimerFlux.at(kernel.loops(), then))
                .expectSubscription()
                .then(pass(Duration.ofSeconds(2)))
                .expectNoEvent(Duration.ZERO)
                .then(pass(Duration.ofSeconds(1)))
                .expectNext(then)
                .verifyComplete();
        Instant later = time.now().plusSeconds(3600);
        StepVerifier.create(TimerFlux.at(kernel.loops(), later))
                .expectSubscription()
                .then(pass(SECOND))
                .then(() -> time.setClock(later))
                .then(pass(SECOND))
                .expectNextMatches(at -> !at.isBefore(later) && !at.isAfter(later.plusSeconds(1)))
                .verifyComplete();
    }

    @Test
    void timesThatNoKernelHasAreRefused() {
        assertThatThrownBy(() -> TimerFlux.at(kernel.loops(), Instant.MAX)).hasMessageContaining("2262");
        assertThatThrownBy(() -> TimerFlux.at(kernel.loops(), Instant.EPOCH.minusNanos(1)))
                .hasMessageContaining("1970");
    }

    // ---- the kernel's time itself

    @Test
    void timeOfTheKernelDrivesOperatorsOnTheLoop() {
        Flux<Long> late = Flux.just(1L)
                .delayElements(
                        SECOND,
                        reactor.core.scheduler.Schedulers.fromExecutorService(
                                kernel.loops().group().next()));
        StepVerifier.create(late)
                .expectSubscription()
                .then(kernel::settle)
                .expectNoEvent(Duration.ZERO)
                .then(pass(SECOND))
                .expectNext(1L)
                .verifyComplete();
    }

    @Test
    void timeOfTheKernelPassesWithReactorsVirtualTime() {
        Flux<Long> ticks = TimerFlux.every(kernel.loops(), Duration.ofSeconds(3));
        StepVerifier.withVirtualTime(
                        () -> Flux.merge(
                                ticks.map(count -> "loop"),
                                Flux.interval(Duration.ofSeconds(2)).map(count -> "Reactor")),
                        time::scheduler,
                        Long.MAX_VALUE)
                .expectSubscription()
                .thenAwait(Duration.ofSeconds(5))
                .expectNext("Reactor", "loop", "Reactor")
                .thenCancel()
                .verify();
    }

    @Test
    void timeDoesNotGoBack() {
        assertThatThrownBy(() -> time.advance(Duration.ofNanos(-1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> time.jump(Duration.ofNanos(-1))).isInstanceOf(IllegalArgumentException.class);
    }
}
