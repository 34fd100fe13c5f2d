package io.fdflux.test;

import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * The time of a {@link ScriptedKernel}, which passes only when the test says so. It drives the deadlines of the loop's
 * timers, and with them Reactor's operators that run on the loop. Thread-safe.
 */
public final class ScriptedTime {

    private static final Instant START = Instant.parse("2000-01-01T00:00:00Z");

    private final ScriptedMachine machine;
    private final Runnable settle;
    /** Guarded by the machine; volatile for readers. */
    private volatile long nanos;
    /** What the clock was set to, at nanos 0. Guarded by the machine; volatile for readers. */
    private volatile Instant epoch = START;

    ScriptedTime(ScriptedMachine machine, Runnable settle) {
        this.machine = machine;
        this.settle = settle;
    }

    /**
     * Lets time pass, and stops at each deadline of the loop until it is idle again. So timers run in their order, each
     * at its own time.
     *
     * @param duration not negative
     */
    public void advance(Duration duration) {
        advance(duration, step -> {});
    }

    /** Lets time pass, and notifies another clock of each step. */
    void advance(Duration duration, LongConsumer other) {
        long target = nanos + requireNotNegative(duration).toNanos();
        settle.run();
        while (nanos - target < 0) {
            long step;
            synchronized (machine) {
                step = Math.min(target, next()) - nanos;
            }
            other.accept(step); // first, because the loop runs as soon as time has passed
            pass(step);
            settle.run();
        }
    }

    /**
     * Makes Reactor's virtual time pass with this one, for operators on Reactor's own schedulers: {@code
     * StepVerifier.withVirtualTime(() -> flux, kernel.time()::scheduler, Long.MAX_VALUE)}. Its {@code thenAwait} lets
     * both pass.
     *
     * @return a new scheduler, which is not in use yet
     */
    public VirtualTimeScheduler scheduler() {
        return new ScriptedScheduler(this);
    }

    /** When the loop's wait or a watched timer ends; Long.MAX_VALUE for never. */
    private long next() {
        long timer = machine.sources.nextTimer(epochNanos());
        return Math.min(machine.poller.deadline(), timer == Long.MAX_VALUE ? timer : timer - epochNanos() + nanos);
    }

    /**
     * Lets time pass at once, as for a machine that was asleep. The loop finds all deadlines in it due together.
     *
     * @param duration not negative
     */
    public void jump(Duration duration) {
        pass(requireNotNegative(duration).toNanos());
        settle.run();
    }

    private static Duration requireNotNegative(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("time does not pass by " + duration);
        }
        return duration;
    }

    /** Lets time pass without waiting for the loop. Any thread. */
    void pass(long by) {
        synchronized (machine) {
            nanos += by;
            changed();
        }
    }

    private void changed() {
        machine.changed = true;
        machine.notifyAll();
    }

    /** {@return the time of the system's clock} */
    public Instant now() {
        return epoch.plusNanos(nanos);
    }

    /**
     * Sets the system's clock, as an administrator or NTP does. The loop's timers do not follow it.
     *
     * @param time in future or past
     */
    public void setClock(Instant time) {
        synchronized (machine) {
            epoch = time.minusNanos(nanos);
            changed();
        }
        settle.run();
    }

    long nanos() {
        return nanos;
    }

    /** Nanoseconds since 1970 by the system's clock. */
    long epochNanos() {
        Instant now = now();
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }

    InstantSource clock() {
        return this::now;
    }

    Ticker ticker() {
        return new Ticker() {
            @Override
            public long nanoTime() {
                return nanos;
            }

            @Override
            public long initialNanoTime() {
                return 0;
            }

            /** Only what drives the time could end such a sleep. */
            @Override
            public void sleep(long delay, TimeUnit unit) {
                throw new UnsupportedOperationException("nobody sleeps on a loop");
            }
        };
    }
}
