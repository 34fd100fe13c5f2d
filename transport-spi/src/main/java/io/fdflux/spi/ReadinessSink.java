package io.fdflux.spi;

/**
 * Receives the events of one {@link Poller#poll}, on the polling thread. A sink that watches no {@link EventSources}
 * gets readiness alone, so it is a lambda.
 */
@FunctionalInterface
public interface ReadinessSink {

    /** The {@code available} of a kernel that does not report it. */
    long UNKNOWN = -1;

    /** The status of a process whose exit is reported to its parent alone. */
    int UNKNOWN_STATUS = -1;

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

    /**
     * Receives what has occurred at a source since its last report. The watch is spent, see {@link EventSources}.
     *
     * @param token  of {@link EventSources#watch}
     * @param count  how often it has occurred, at least 1
     * @param detail more about it; {@link EventSources} has its meaning for each kind
     */
    default void occurred(long token, long count, int detail) {
        throw new IllegalStateException("a source has occurred, but this sink takes readiness alone: token " + token);
    }

    /**
     * Learns that the kernel has refused a watch that was deferred. The watch is gone.
     *
     * @param token of {@link EventSources#watch}
     * @param errno in the platform's numbering; ESRCH if a process is gone
     */
    default void sourceRefused(long token, int errno) {
        throw new IllegalStateException("the kernel has refused a source, errno " + errno
                + ", but this sink takes readiness alone: token " + token);
    }
}
