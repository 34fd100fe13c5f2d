package io.fdflux;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.loop.EngineEventLoop;
import java.util.Optional;

/**
 * What can be seen of one loop from outside, without touching it: no method queues a task, wakes the loop, waits for
 * it, or makes a system call. Any thread. Values are those of the moment of the call.
 */
public final class LoopView {

    /** What the thread of a loop does. */
    public enum State {
        /** The loop has had no task yet, so that it has no thread. */
        NEW,
        /** The loop waits in its poller. */
        WAITING,
        /** The loop runs handlers, tasks or timers. */
        RUNNING,
        /** The loop has ended. */
        ENDED
    }

    private final int index;
    private final EngineEventLoop loop;
    private final LoopCounters counters;

    LoopView(int index, EngineEventLoop loop, LoopCounters counters) {
        this.index = index;
        this.loop = loop;
        this.counters = counters;
    }

    /** {@return the place of the loop among its group, from 0 on} */
    public int index() {
        return index;
    }

    /** {@return the counters of the loop} */
    public LoopCounters counters() {
        return counters;
    }

    /** {@return the thread of the loop, for its name and its stack; empty before its first task} */
    public Optional<Thread> thread() {
        return Optional.ofNullable(loop.thread());
    }

    /** {@return what the thread does} */
    public State state() {
        if (loop.isTerminated()) {
            return State.ENDED;
        }
        if (loop.thread() == null) {
            return State.NEW;
        }
        // The loop counts the call first, and the turn behind it.
        long turns = counters.get(Counter.TURNS);
        return counters.get(Counter.WAIT_CALLS) > turns ? State.WAITING : State.RUNNING;
    }

    /** {@return tasks that are queued; those of timers that are not due do not count} */
    public int pendingTasks() {
        return loop.isTerminated() ? 0 : loop.pendingTasks();
    }

    /** {@return registered channels, streams, kernel sources and lingering entries} */
    public int registered() {
        return loop.registeredChannels();
    }

    /** {@return closed channels that live on until the peer has taken what was promised} */
    public long lingering() {
        long ended = counters.get(Counter.LINGERING_ENDED);
        return counters.get(Counter.LINGERED) - ended;
    }

    /**
     * {@return nanoseconds that the present turn has lasted; 0 while the loop waits, and unless
     * {@link FdLoops#measureTurns} is on}
     */
    public long presentTurnNanos() {
        return loop.clock().presentTurnNanos(System.nanoTime());
    }

    /**
     * {@return nanoseconds of the longest turn of the last 30 to 60 seconds, the present one included; 0 unless
     * {@link FdLoops#measureTurns} is on} It is the loop's lag: whatever became due waited that long at most.
     */
    public long longestTurnNanos() {
        return loop.clock().longestTurnNanos(System.nanoTime());
    }

    /** {@return index, state and counters, for logs} */
    @Override
    public String toString() {
        return "loop " + index + " " + state() + " " + counters;
    }
}
