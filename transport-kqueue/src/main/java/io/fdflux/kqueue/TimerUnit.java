package io.fdflux.kqueue;

import io.fdflux.posix.platform.Platform;
import io.fdflux.posix.poll.Kqueue;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** How a kernel takes a point in time for EVFILT_TIMER. */
enum TimerUnit {
    /** NOTE_ABSTIME|NOTE_NSECONDS: the time itself. */
    ABSOLUTE_NANOS,
    /** No flags: milliseconds from now, on every kernel. */
    RELATIVE_MILLIS;

    /** A day: longer ones may overflow the ticks of older kernels. The caller compares the clock, and watches again. */
    private static final long LONGEST_MILLIS = TimeUnit.DAYS.toMillis(1);

    private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    /**
     * The best unit of this kernel. NetBSD and OpenBSD have got NOTE_ABSTIME before or with EVFILT_USER, and older ones
     * ignore it, so that the time would be taken for milliseconds.
     *
     * @param userEvents whether the kernel has EVFILT_USER
     */
    static TimerUnit of(boolean userEvents) {
        if (Kqueue.NOTE_ABSTIME == 0) {
            return RELATIVE_MILLIS;
        }
        return switch (Platform.current().os()) {
            case MACOS, FREEBSD -> ABSOLUTE_NANOS;
            default -> userEvents ? ABSOLUTE_NANOS : RELATIVE_MILLIS;
        };
    }

    int fflags() {
        return this == ABSOLUTE_NANOS ? Kqueue.NOTE_ABSTIME | Kqueue.NOTE_NSECONDS : 0;
    }

    /** The event's data. Never 0, which some kernels refuse with EINVAL. */
    long data(long epochNanos) {
        return this == ABSOLUTE_NANOS ? Math.max(1, epochNanos) : millisUntil(epochNanos, Instant.now());
    }

    static long millisUntil(long epochNanos, Instant now) {
        long nanos = Math.max(0, epochNanos) - (now.getEpochSecond() * NANOS_PER_SECOND + now.getNano());
        long millis = nanos / NANOS_PER_MILLI + (nanos % NANOS_PER_MILLI > 0 ? 1 : 0);
        return Math.clamp(millis, 1, LONGEST_MILLIS);
    }
}
