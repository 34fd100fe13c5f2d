package io.fdflux.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.spi.ReadinessSink;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Where the time of a loop goes, by a clock that moves only where the test says so. */
class TurnClockTest {

    private static final long WINDOW = TimeUnit.SECONDS.toNanos(30);

    private final ClockedPoller poller = new ClockedPoller();
    private final Engine engine = new Engine(poller, "the test's loop");
    private final Counters counters = engine.counters();
    private final TurnClock clock = engine.clock();
    private long now = 1_000;
    private int clockReads;

    private final LoopContext loop = new StillLoop(true) {
        @Override
        public long nanoTime() {
            clockReads++;
            return now;
        }
    };

    /** Waits by the test's clock. */
    private final class ClockedPoller extends SilentPoller {

        long waitNanos;
        Runnable during = () -> {};

        @Override
        public int poll(long timeoutNanos, ReadinessSink sink) {
            now += waitNanos;
            during.run();
            return 0;
        }
    }

    /** Takes its time. */
    private final class Busy implements Guest {

        final GuestRegistration registration = engine.admit(this, 0);
        long nanos;

        @Override
        public void turn() {
            now += nanos;
        }

        @Override
        public void close() {
            throw new AssertionError("a turn has failed");
        }

        void next(long nanosOfTurn) {
            nanos = nanosOfTurn;
            registration.want();
        }
    }

    @Test
    void nothingIsMeasuredAndNoClockReadUntilThatIsWanted() {
        Busy busy = new Busy();
        for (int i = 0; i < 3; i++) {
            busy.next(50);
            engine.iterate(loop);
        }
        assertThat(clockReads).isZero();
        assertThat(counters.get(Counters.TURNS)).isEqualTo(3);
        assertThat(counters.get(Counters.WAIT_CALLS)).isEqualTo(3);
        assertThat(counters.get(Counters.MEASURED_TURNS)).isZero();
        assertThat(counters.get(Counters.IO_NANOS)).isZero();
        assertThat(clock.longestTurnNanos(now)).isZero();
        assertThat(clock.presentTurnNanos(now)).isZero();
    }

    @Test
    void timeGoesToIoTasksAndWaits() {
        clock.measure(true);
        Busy busy = new Busy();
        poller.waitNanos = 7;
        busy.next(100);
        engine.iterate(loop); // I/O 100, wait 7
        now += 30; // tasks
        busy.next(200);
        engine.iterate(loop); // I/O 200, wait 7
        assertThat(counters.get(Counters.IO_NANOS)).isEqualTo(300);
        assertThat(counters.get(Counters.TASK_NANOS)).isEqualTo(30);
        assertThat(counters.get(Counters.WAIT_NANOS)).isEqualTo(14);
        assertThat(counters.get(Counters.MEASURED_TURNS))
                .as("that before the first wait is not whole")
                .isEqualTo(1);
        assertThat(clock.longestTurnNanos(now)).isEqualTo(230);
    }

    @Test
    void anIdleIterationReadsTheClockTwiceAndABusyOneThreeTimes() {
        clock.measure(true);
        engine.iterate(loop);
        assertThat(clockReads).isEqualTo(2);
        clockReads = 0;
        new Busy().next(1);
        engine.iterate(loop);
        assertThat(clockReads).isEqualTo(3);
    }

    @Test
    void thePresentTurnLastsUntilTheNextWait() {
        clock.measure(true);
        engine.iterate(loop);
        now += 500;
        assertThat(clock.presentTurnNanos(now)).isEqualTo(500);
        assertThat(clock.longestTurnNanos(now)).as("the present one counts").isEqualTo(500);
        poller.during = () -> assertThat(clock.presentTurnNanos(now)).isZero();
        engine.iterate(loop);
        assertThat(clock.presentTurnNanos(now)).isZero();
        assertThat(clock.longestTurnNanos(now)).isEqualTo(500);
    }

    @Test
    void theLongestTurnIsForgottenAfterTwoWindows() {
        clock.measure(true);
        engine.iterate(loop);
        now += 500;
        poller.waitNanos = WINDOW;
        poller.during = () -> {
            long noted = now - WINDOW;
            assertThat(clock.longestTurnNanos(noted + WINDOW - 1)).isEqualTo(500);
            assertThat(clock.longestTurnNanos(noted + 2 * WINDOW - 1)).isEqualTo(500);
            assertThat(clock.longestTurnNanos(noted + 2 * WINDOW)).isZero();
        };
        engine.iterate(loop);
        now += 20;
        poller.waitNanos = 0;
        poller.during = () -> {
            assertThat(clock.longestTurnNanos(now)).as("of the window before").isEqualTo(500);
            assertThat(clock.longestTurnNanos(now + WINDOW)).isEqualTo(20);
        };
        engine.iterate(loop);
    }

    @Test
    void switchedOffItStops() {
        clock.measure(true);
        engine.iterate(loop);
        clock.measure(false);
        engine.iterate(loop);
        clockReads = 0;
        now += 100;
        engine.iterate(loop);
        assertThat(clockReads).isZero();
        assertThat(clock.presentTurnNanos(now)).isZero();
        assertThat(counters.get(Counters.TASK_NANOS)).isZero();
        clock.measure(true);
        engine.iterate(loop);
        assertThat(counters.get(Counters.TASK_NANOS)).as("of the time between").isZero();
    }
}
