package io.fdflux.engine;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Records whether the loop is blocked, so that only the first waking thread makes the system call.
 *
 * <pre>
 * blocked | changed by
 * --------+---------------------------------------------------------------------------
 * false   | the loop sets it before its last check for tasks and its wait
 * true    | the first thread that wakes the loop clears it and makes the call;
 *         | the loop clears it after the wait
 * </pre>
 *
 * A thread queues its task before {@link #claim()}, and the loop checks for tasks after {@link #block()}. One of the
 * two sees the other.
 */
final class WakeupState {

    private final AtomicBoolean blocked = new AtomicBoolean();

    /** Called by the loop before its last check for tasks. */
    void block() {
        blocked.set(true);
    }

    /** Called by the loop after its wait, or if it does not wait. */
    void unblock() {
        if (blocked.get()) { // most waits of a busy loop do not block: spares them the store and its fence
            blocked.set(false);
        }
    }

    /** Called by any other thread: true if the caller has to make the call that wakes the loop. */
    boolean claim() {
        return blocked.get() && blocked.getAndSet(false);
    }
}
