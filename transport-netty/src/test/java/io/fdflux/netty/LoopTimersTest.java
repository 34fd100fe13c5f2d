package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.LoopCounters.Counter;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Invariant 12: the wait ends with the loop's next deadline, far or near. */
@OnEveryPoller
class LoopTimersTest {

    private static final int TIMERS = 100;

    @RegisterExtension
    final Loops loops = new Loops(1);

    /** From Netty's event loop tests: delays that must not overflow. */
    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, Long.MAX_VALUE / 2, Long.MAX_VALUE / 1_000_000, Integer.MAX_VALUE})
    void aDeadlineFarAwayIsWaitedForAndHoldsNobodyUp(long millis) throws Exception {
        EventLoop loop = loops.next();
        ScheduledFuture<?> far = loop.schedule(() -> {}, millis, TimeUnit.MILLISECONDS);
        loops.turn();
        Deltas deltas = new Deltas(loops);
        TimeUnit.MILLISECONDS.sleep(200);
        assertThat(deltas.of(Counter.WAIT_CALLS)).as("the loop is idle").isLessThan(20);
        loop.submit(() -> {}).sync();
        assertThat(far.isDone()).isFalse();
        assertThat(far.cancel(false)).isTrue();
    }

    /** A wait that was truncated to the kernel's coarser units would repeat until the deadline. */
    @ParameterizedTest(name = "{0} ns")
    @ValueSource(longs = {0, 1, 999, 1_000_000, 1_900_000, 20_000_000})
    void aTimerTakesOneWait(long nanos) throws Exception {
        EventLoop loop = loops.next();
        loops.turn();
        Deltas deltas = new Deltas(loops);
        for (int i = 0; i < TIMERS; i++) {
            long start = System.nanoTime();
            long fired =
                    loop.schedule(System::nanoTime, nanos, TimeUnit.NANOSECONDS).get(60, TimeUnit.SECONDS);
            assertThat(fired - start).isGreaterThanOrEqualTo(nanos);
        }
        assertThat(deltas.of(Counter.WAIT_CALLS)).isLessThanOrEqualTo(5 * TIMERS);
    }

    /** A timer that is set during an unlimited wait shortens it. */
    @Test
    void aTimerFromElsewhereEndsTheWait() throws Exception {
        EventLoop loop = loops.next();
        loops.turn();
        for (int i = 0; i < 100; i++) {
            loop.schedule(() -> {}, 100, TimeUnit.MICROSECONDS).get(60, TimeUnit.SECONDS);
        }
    }
}
