package io.fdflux.engine;

import io.netty.util.internal.SystemPropertyUtil;
import java.util.concurrent.TimeUnit;

/**
 * Decides whether a loop without work polls again and again before it blocks. A thread that sleeps in the kernel wakes
 * late, above all in a virtual machine, whose processor has been halted. Loop thread only, except the limit.
 *
 * <pre>
 * event                                     | what follows
 * ------------------------------------------+--------------------------------------------------------------------
 * busy polling found something              | the next wait polls busily
 * busy polling found nothing in the limit   | a pause: the next short blocks do not poll busily; 1 of them, twice
 *                                           | as many with each further failure, LONGEST_PAUSE at most
 * a block was short: within the limit       | one block less of the pause
 * a block was longer                        | nothing: what comes so seldom is not worth polling for
 * </pre>
 *
 * So a loop that is idle, or whose peer needs its processor, blocks nearly always. A limit of 0 switches it off.
 */
final class BusyPoll {

    static final int LONGEST_PAUSE = 64;

    private static final long DEFAULT_NANOS =
            TimeUnit.MICROSECONDS.toNanos(Math.max(0, SystemPropertyUtil.getInt("fdflux.busyPollMicros", 0)));

    /** Set before the loop's thread starts. */
    private long limit = DEFAULT_NANOS;
    /** The length of the pause that the next failure begins. */
    private int nextPause = 1;
    /** Short blocks until the next try. */
    private int pause = 1;

    void limit(long nanos) {
        limit = nanos;
    }

    boolean isOn() {
        return limit > 0;
    }

    /** Whether the next wait polls busily. */
    boolean isDue() {
        return limit > 0 && pause == 0;
    }

    boolean isWithinLimit(long nanos) {
        return nanos < limit;
    }

    /** Busy polling has ended: there was something to do, or the limit was reached. */
    void polled(boolean found) {
        if (found) {
            nextPause = 1;
        } else {
            pause = nextPause;
            nextPause = Math.min(2 * nextPause, LONGEST_PAUSE);
        }
    }

    /** A wait that might have blocked has ended. It was not polled busily, or in vain: so there is a pause. */
    void blocked(long nanos) {
        if (isWithinLimit(nanos)) {
            pause--;
        }
    }
}
