package io.fdflux.spi;

import java.io.IOException;
import java.util.Map;

/**
 * One kernel event queue, owned by one thread.
 *
 * <h2>Threads</h2> Only {@link #wakeup()} may be called from any thread. Everything else belongs to the thread that
 * polls; a poller takes no lock for it.
 *
 * <h2>Promises</h2>
 * <ul>
 *   <li>{@link #update} may keep the change back; it has reached the kernel when the next {@link #poll} waits.
 *   <li>A change that the kernel refuses fails its own descriptor only: it is reported to the sink as
 *       {@link Readiness#ERROR} alone with the errno, under the token of that change, by the next {@code poll}. An
 *       error of the descriptor itself comes together with the directions whose next attempt will tell it.
 *   <li>Arming reports readiness that exists already: what is pending when the change reaches the kernel is an event.
 *   <li>Every event carries the token that has the descriptor's number. {@link Owners} says how a token gets a number.
 *       A change or a {@code forget} under a token that has lost its number does nothing: it never reaches the
 *       next owner.
 *   <li>A peer that has gone is reported as {@link Readiness#HANGUP} while any interest is armed, with no data read.
 *       READABLE need not come with it.
 *   <li>A {@code wakeup()} makes a {@code poll} that waits, or else the next one, return. Several may become one.
 *   <li>An interrupted wait (EINTR) is no error: {@code poll} returns early.
 * </ul>
 *
 * <h2>Non-promises</h2>
 * <ul>
 *   <li>Events may be spurious: an attempt that follows one may still answer EAGAIN.
 *   <li>An event that the kernel had fetched before {@link #forget} can still be delivered in the same {@code poll};
 *       the token (which must never be used again) is how the caller tells.
 *   <li>Whether both directions of a descriptor come in one event or in two is the kernel's affair.
 *   <li>HANGUP may be reported more than once, and together with data that is still to be read.
 * </ul>
 */
public interface Poller extends AutoCloseable {

    /**
     * Replaces the set of interests of a descriptor.
     *
     * @param fd     the descriptor's number
     * @param before the interests that the caller holds armed (a union of {@link Interest} bits), 0 for none. Where
     *               {@link #armSpentByEvent()} holds, an event has already taken its own interest off.
     * @param now    the interests to be armed from now on. Those already in {@code before} stay armed.
     * @param token  what events of this descriptor carry; not negative, never used for another descriptor. A token
     *               whose number another one has got by now is stale, and its change is ignored
     * @return the number of kernel calls made at once: 0 where the change rides in the next {@code poll} or is ignored
     */
    int update(int fd, int before, int now, long token);

    /**
     * Submits what is queued, waits, and reports.
     *
     * @param timeoutNanos nanoseconds to wait at most; 0 looks without waiting, a negative number waits without bound
     * @param sink         takes the events, on this thread, before this method returns; it may call {@link #update} and
     *                     {@link #forget}
     * @return the number of events reported; a wake-up is not one
     * @throws IOException if the kernel queue itself failed; no descriptor is to blame
     */
    int poll(long timeoutNanos, ReadinessSink sink) throws IOException;

    /**
     * Drops every change queued for a descriptor that is about to be closed. Call it before close(2): the kernel
     * removes its watches by itself then, but a change that is submitted later would hit whoever got the number next.
     * Nothing happens if another token has the number by now.
     *
     * @param fd    the descriptor's number
     * @param token what {@link #update} was given for it; one that it never was given is ignored
     */
    void forget(int fd, long token);

    /** Makes the owner's {@code poll} return. Any thread; safe (and without effect) after {@link #close()}. */
    void wakeup();

    /**
     * Whether an event takes off the interest that it reports (kqueue with EV_DISPATCH), or the watch persists and
     * reports the next edge by itself (epoll with EPOLLET). READ and HANGUP are one watch here: READABLE takes both
     * off, and HANGUP alone takes HANGUP off.
     *
     * @return true if an interest has to be armed anew after each of its events
     */
    boolean armSpentByEvent();

    /**
     * By which of the means that its kernels offer it works on this one, for a diagnosis: what wakes it, how it waits.
     * Owner thread; complete after the first {@code poll} that had to wait.
     *
     * @return means by purpose, such as {@code wake-up} by {@code EVFILT_USER}; empty if there is no choice
     */
    default Map<String, String> means() {
        return Map.of();
    }

    /** Closes the kernel queue. Owner thread, after the last {@code poll}. A second call has no effect. */
    @Override
    void close();
}
