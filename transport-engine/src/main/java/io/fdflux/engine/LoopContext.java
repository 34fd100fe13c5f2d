package io.fdflux.engine;

/** The event loop around an {@link Engine}: its tasks, its timers, its clock. Loop thread only. */
public interface LoopContext {

    /** {@return whether neither a task is queued nor a timer due} */
    boolean canBlock();

    /** {@return nanoseconds until the next timer, 0 if it is due, -1 if there is none} */
    long nanosToDeadline();

    /** {@return the present time of {@link System#nanoTime()}} */
    long nanoTime();

    /** {@return whether to measure how long the poller waits, for {@link Engine#waitedNanos()}} */
    boolean isTimed();
}
