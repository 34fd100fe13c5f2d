package io.fdflux.epoll;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts deliveries of a signal between any threads and the poller's owner.
 *
 * <pre>
 * caller     | what it does                          | what it returns
 * -----------+---------------------------------------+------------------------------------------
 * any thread | deliver: counts, then reads armed     | whether to wake the owner
 * the owner  | arm: arms, then reads the count       | whether there is something to report
 * the owner  | take: takes the count, and disarms    | the count; 0 while unarmed, or if there is none
 * </pre>
 *
 * Of a delivery and an {@link #arm} at the same time, one sees the other.
 */
final class SignalCount {

    private final AtomicLong count = new AtomicLong();
    private volatile boolean armed = true;

    boolean deliver() {
        count.incrementAndGet();
        return armed;
    }

    boolean arm() {
        armed = true;
        return count.get() > 0;
    }

    long take() {
        long taken = armed ? count.getAndSet(0) : 0;
        if (taken > 0) {
            armed = false;
        }
        return taken;
    }
}
