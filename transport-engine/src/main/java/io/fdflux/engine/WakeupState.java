package io.fdflux.engine;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Whether the loop is blocked, so that other threads make the call that wakes it only then, and only one of them.
 *
 * <pre>
 * blocked | who changes it
 * --------+---------------------------------------------------------------------------
 * false   | the loop sets it before it looks for tasks a last time and waits
 * true    | the first thread that wakes it clears it and makes the call;
 *         | the loop clears it when the wait is over
 * </pre>
 *
 * A task is queued before {@link #claim()} is called, and looked for after {@link #block()}: one of the two sees
 * the other.
 */
final class WakeupState {

    private final AtomicBoolean blocked = new AtomicBoolean();

    /** The loop, before it looks for tasks a last time. */
    void block() {
        blocked.set(true);
    }

    /** The loop, when it will not wait after all, or has waited. */
    void unblock() {
        blocked.set(false);
    }

    /** Any other thread: true if the caller has to make the call that wakes the loop. */
    boolean claim() {
        return blocked.get() && blocked.getAndSet(false);
    }
}
