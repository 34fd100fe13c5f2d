package io.fdflux.source;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Whether the loop waits for a value of another thread. Thread-safe.
 *
 * <pre>
 * state    meaning                                                     a value of another thread
 * IDLE     nobody waits: no subscriber, no demand, or a drain is due   is queued
 * WAITING  the subscriber has demand, and the queue was empty          is queued; the first one wakes the loop: IDLE
 * ENDED    the subscriber is gone, or the end was delivered            is refused or discarded
 * </pre>
 *
 * A lost wake-up is impossible, if the loop looks at the queue after {@link #await}, and other threads call
 * {@link #claim} after they have added to the queue. No value stays behind, if both empty the queue after the end: the
 * loop after {@link #end}, others if they find {@link #isEnded} after they have added.
 */
final class DrainState {

    private enum State {
        IDLE,
        WAITING,
        ENDED
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);

    /** Begins to wait. Loop thread. */
    void await() {
        state.compareAndSet(State.IDLE, State.WAITING);
    }

    /** {@return whether the loop has waited until this call} Of several callers one gets true, and must wake it. */
    boolean claim() {
        return state.compareAndSet(State.WAITING, State.IDLE);
    }

    void end() {
        state.set(State.ENDED);
    }

    boolean isEnded() {
        return state.get() == State.ENDED;
    }
}
