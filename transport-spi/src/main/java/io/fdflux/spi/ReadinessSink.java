package io.fdflux.spi;

/** Receives the events of one {@link Poller#poll}, on the polling thread. */
@FunctionalInterface
public interface ReadinessSink {

    /** The {@code available} of a kernel that does not report it. */
    long UNKNOWN = -1;

    /**
     * Receives one event.
     *
     * @param token     of {@link Poller#update}
     * @param readiness a union of {@link Readiness} bits
     * @param available the kernel's exact count of readable bytes, or of connections on a listener; {@link #UNKNOWN}
     *     without a count, and for events without {@link Readiness#READABLE}
     * @param errno     the descriptor's pending error in the platform's numbering, 0 if none or unknown
     */
    void event(long token, int readiness, long available, int errno);
}
