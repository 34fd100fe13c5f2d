package io.fdflux.posix;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets any thread use a descriptor that its owner may close at any time, without a lock: a number that is closed while a call
 * is under way could belong to somebody else by the time the kernel looks at it. Users of a poller's wake-up pass through.
 *
 * <pre>
 * value       meaning
 * n >= 0      open, n threads inside
 * CLOSED + n  closed, n threads still inside
 * </pre>
 */
public final class CallGate {

    private static final int CLOSED = Integer.MIN_VALUE;

    private final AtomicInteger state = new AtomicInteger();

    /** Makes an open gate. */
    public CallGate() {}

    /**
     * Any thread, before its call.
     *
     * @return false if the gate is closed: make no call, and do not {@link #leave()}
     */
    public boolean enter() {
        int inside;
        do {
            inside = state.get();
            if (inside < 0) {
                return false;
            }
        } while (!state.compareAndSet(inside, inside + 1));
        return true;
    }

    /** Any thread, after its call. */
    public void leave() {
        state.decrementAndGet();
    }

    /**
     * The owner, before it closes the descriptor: returns when no thread is inside any more. Those calls never block, so
     * spinning is the shortest wait.
     *
     * @return true for the first call: the caller is the one to close
     */
    public boolean close() {
        int before = state.getAndUpdate(s -> s | CLOSED);
        while (state.get() != CLOSED) {
            Thread.onSpinWait();
        }
        return before >= 0;
    }
}
