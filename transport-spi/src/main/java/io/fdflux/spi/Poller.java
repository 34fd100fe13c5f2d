package io.fdflux.spi;

import java.io.IOException;
import java.util.Map;

/**
 * Watches descriptors with one kernel event queue, and reports their readiness. One thread owns it.
 *
 * <h2>Threads</h2> Any thread may call {@link #wakeup()}. Every other method belongs to the owner, the thread that
 * polls, and takes no lock.
 *
 * <h2>Promises</h2>
 * <ul>
 *   <li>{@link #update} may defer the change. It has reached the kernel when the next {@link #poll} waits.
 *   <li>A change that the kernel refuses fails its own descriptor only. The next {@code poll} reports
 *       {@link Readiness#ERROR} alone with the errno, under the change's token. An error of the descriptor itself is
 *       reported together with the directions whose next read or write returns it.
 *   <li>Arming reports existing readiness: if the descriptor is ready when the change reaches the kernel, this is
 *       an event.
 *   <li>Every event carries the token that has the descriptor's number. {@link Owners} defines how a token gets a
 *       number. A change or a {@code forget} under a stale token does nothing, so it never affects a new descriptor
 *       with the same number.
 *   <li>A closed peer is reported as {@link Readiness#HANGUP} while any interest is armed, even if data is unread.
 *       READABLE may be missing from that event.
 *   <li>A {@code wakeup()} makes a waiting {@code poll} return, or else the next one. Several may count as one.
 *   <li>An interrupted wait (EINTR) is not an error; {@code poll} returns early.
 * </ul>
 *
 * <h2>Non-promises</h2>
 * <ul>
 *   <li>Events may be spurious: the read or write after one may still return EAGAIN.
 *   <li>An event that was fetched before {@link #forget} may still be delivered in the same {@code poll}. The caller
 *       recognises it by its token, which is never used again.
 *   <li>Both directions of a descriptor may come in one event or in two.
 *   <li>HANGUP may be reported more than once, and before all data is read.
 * </ul>
 */
public interface Poller extends AutoCloseable {

    /**
     * Replaces the interests of a descriptor.
     *
     * @param fd     the descriptor's number
     * @param before the interests that are armed (a union of {@link Interest} bits), 0 for none. With
     *     {@link #armSpentByEvent()}, an event has disarmed its own interest already.
     * @param now    the interests to arm; those in {@code before} stay armed.
     * @param token  passed to the sink with the descriptor's events; not negative, never used for another descriptor. A
     *     token is stale once another one has got its number, and its change is ignored
     * @return the number of kernel calls made: 0 if the next {@code poll} submits the change, or if it is ignored
     */
    int update(int fd, int before, int now, long token);

    /**
     * Submits queued changes, waits, and reports events.
     *
     * @param timeoutNanos the timeout; 0 does not wait, a negative one has no limit
     * @param sink         receives the events on this thread, before this method returns. It may call {@link #update}
     *     and {@link #forget}
     * @return the number of events reported; a wake-up is not one
     * @throws IOException if the kernel queue itself failed, and not a descriptor
     */
    int poll(long timeoutNanos, ReadinessSink sink) throws IOException;

    /**
     * Drops the queued changes of a descriptor that is about to be closed. Call it before close(2), which removes the
     * watches, because a change submitted later would affect the next descriptor with the number. Does nothing if
     * another token has the number by now.
     *
     * @param fd    the descriptor's number
     * @param token the descriptor's token in {@link #update}; an unknown one is ignored
     */
    void forget(int fd, long token);

    /** Makes the owner's {@code poll} return. Any thread. Has no effect after {@link #close()}. */
    void wakeup();

    /**
     * Whether an event disarms its interest (kqueue with EV_DISPATCH), or the watch persists and reports the next edge
     * (epoll with EPOLLET). READ and HANGUP are one watch: READABLE disarms both, HANGUP alone disarms HANGUP.
     *
     * @return true if an interest must be armed again after each of its events
     */
    boolean armSpentByEvent();

    /**
     * The changes of interest that the kernel has got so far: calls of epoll_ctl(2), entries of the lists of kevent(2).
     * A change that was undone before its submission is none. Owner thread.
     *
     * @return their number since the poller was opened; 0 if it does not count
     */
    default long changes() {
        return 0;
    }

    /**
     * The kernel mechanisms in use, such as the one that wakes it, for a diagnosis. Owner thread. Complete after the
     * first {@code poll} that waits.
     *
     * @return mechanisms by purpose, such as {@code EVFILT_USER} for {@code wake-up}; empty if there is no choice
     */
    default Map<String, String> means() {
        return Map.of();
    }

    /** Closes the kernel queue. Owner thread, after the last {@code poll}. A second call has no effect. */
    @Override
    void close();
}
