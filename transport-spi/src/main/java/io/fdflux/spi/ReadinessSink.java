package io.fdflux.spi;

/** Takes the events of one {@link Poller#poll}. Called on the polling thread only. */
@FunctionalInterface
public interface ReadinessSink {

    /** {@code available} when the kernel does not say how much is there. */
    long UNKNOWN = -1;

    /**
     * One event.
     *
     * @param token     what was given to {@link Poller#update}
     * @param readiness a union of {@link Readiness} bits
     * @param available bytes that can be read (connections that can be accepted, on a listener), exactly as the kernel
     *                  counted them; {@link #UNKNOWN} where it does not, and for events without
     *                  {@link Readiness#READABLE}
     * @param errno     the descriptor's pending error in the platform's numbering, 0 if there is none or it is
     *     not known
     */
    void event(long token, int readiness, long available, int errno);
}
