package io.fdflux;

import io.fdflux.source.TickFlux;
import io.fdflux.source.WallClock;
import java.time.Duration;
import java.time.Instant;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Timers of the loops as reactive streams. Signals come on a loop's thread. A loop wakes up at the nanosecond where the
 * kernel allows: epoll_pwait2(2) since Linux 5.11, kevent(2).
 */
public final class TimerFlux {

    private TimerFlux() {}

    /**
     * Ticks, the first one a period after the subscription.
     *
     * @param loops  the loops to run on
     * @param period from tick to tick, positive
     * @return for each request, the number of ticks since the last element, once there is one: 1 for a subscriber that
     *     keeps up. Without demand there is neither an element nor a timer. Never completes
     */
    public static Flux<Long> every(FdLoops loops, Duration period) {
        return every(loops, period, period);
    }

    /**
     * Ticks, as {@link #every(FdLoops, Duration)} delivers them. They do not drift: each one is a multiple of the
     * period after the first.
     *
     * @param loops  the loops to run on
     * @param delay  from the subscription to the first tick, not negative
     * @param period from tick to tick, positive
     * @return the number of ticks since the last element
     */
    public static Flux<Long> every(FdLoops loops, Duration delay, Duration period) {
        long delayNanos = nanos(delay);
        long periodNanos = nanos(period);
        if (delayNanos < 0 || periodNanos <= 0) {
            throw new IllegalArgumentException("a timer needs a delay that is not negative and a positive period, not "
                    + delay + " and " + period);
        }
        return new TickFlux(loops.placement(), loops.kernel().ticker(), delayNanos, periodNanos);
    }

    private static long nanos(Duration duration) {
        try {
            return duration.toNanos();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(duration + " is longer than the 292 years that a timer takes", e);
        }
    }

    /**
     * Waits for a point in time of the system's clock. If that clock is set meanwhile, the timer follows it. Where the
     * kernel has no such timer (DragonFly), the clock is read every second.
     *
     * @param loops the loops to run on
     * @param time  between the years 1970 and 2262; a past one is due at once
     * @return the clock's time then, which is not before that point
     * @throws IllegalArgumentException if the time is out of this range
     */
    public static Mono<Instant> at(FdLoops loops, Instant time) {
        return new WallClock(
                        loops.placement(),
                        loops.kernel().ticker(),
                        loops.kernel().clock())
                .at(time);
    }
}
