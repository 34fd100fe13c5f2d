package io.fdflux.source;

import io.fdflux.loop.Placement;
import io.fdflux.posix.Errno;
import io.fdflux.spi.SourceKind;
import io.netty.util.concurrent.Ticker;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Mono;

/**
 * Waits for points in time of the clock that users and NTP set. The kernel's timer follows that clock. Where the poller
 * has no such timer, the clock is looked at once per second, and at the time.
 */
public final class WallClock {

    private static final long STEP_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Placement where;
    private final Ticker ticker;
    private final InstantSource clock;

    /**
     * Creates a clock of some loops.
     *
     * @param where  chooses the loop of a subscription, and its place in a pass
     * @param ticker the loops' own clock
     * @param clock  the system's clock
     */
    public WallClock(Placement where, Ticker ticker, InstantSource clock) {
        this.where = where;
        this.ticker = ticker;
        this.clock = clock;
    }

    /**
     * Waits for a point in time.
     *
     * @param time past or future, between the years 1970 and 2262
     * @return the clock's time then, which is not before that point
     * @throws IllegalArgumentException if the kernel cannot represent the time
     */
    public Mono<Instant> at(Instant time) {
        KernelSource<Instant> source = new KernelSource<>(
                "a timer of " + time,
                SourceKind.TIMER,
                0,
                epochNanos(time),
                true,
                (count, detail) -> reached(time),
                errno -> Errno.exception("timer", time, errno));
        return new SourceFlux<>(where, source)
                .next()
                .onErrorResume(UnsupportedOperationException.class, without -> bySteps(time));
    }

    private static long epochNanos(Instant time) {
        try {
            long nanos = Math.addExact(
                    Math.multiplyExact(time.getEpochSecond(), TimeUnit.SECONDS.toNanos(1)), time.getNano());
            if (nanos >= 0) {
                return nanos;
            }
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(outside(time), e);
        }
        throw new IllegalArgumentException(outside(time));
    }

    private static String outside(Instant time) {
        return time + " is not a time for a timer: it must lie between the years 1970 and 2262";
    }

    /** The time, or null if it is earlier: the clock was set back. */
    private Instant reached(Instant time) {
        Instant now = clock.instant();
        return now.isBefore(time) ? null : now;
    }

    private Mono<Instant> bySteps(Instant time) {
        return Mono.defer(() -> {
                    Instant now = clock.instant();
                    if (!now.isBefore(time)) {
                        return Mono.just(now);
                    }
                    long nanos = Math.min(STEP_NANOS, nanosBetween(now, time));
                    return new TickFlux(where, ticker, nanos, STEP_NANOS).next().then(Mono.<Instant>empty());
                })
                .repeatWhenEmpty(times -> times);
    }

    private static long nanosBetween(Instant from, Instant to) {
        try {
            return Duration.between(from, to).toNanos();
        } catch (ArithmeticException | DateTimeException e) {
            return Long.MAX_VALUE;
        }
    }
}
