package io.fdflux.spring.observe;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.LoopView;
import io.fdflux.LoopView.State;

/**
 * Tells for how long a loop has been stuck. One thread at a time.
 *
 * <pre>
 * the loop                                        | it is stuck for
 * ------------------------------------------------+-------------------------------------------------------------
 * runs handlers or tasks                          | the time of its present turn: events and other tasks wait
 * waits, without a queued task                    | not at all: it is idle
 * waits, with queued tasks, and the turn is       | the time since that was first seen: a wake-up was lost, or the
 * the same as at an earlier look with such tasks  | kernel does not report
 * has not begun, or has ended                     | not at all
 * </pre>
 */
final class LastTurn {

    private static final long NONE = -1;

    /** At the first look at which tasks waited during this turn; NONE if they do not. */
    private long turn = NONE;

    private long since;

    long stuckFor(LoopView view, long now) {
        long turns = view.counters().get(Counter.TURNS);
        return stuckFor(view.state(), turns, view.pendingTasks(), view.presentTurnNanos(), now);
    }

    long stuckFor(State state, long turns, int pendingTasks, long presentTurnNanos, long now) {
        if (state != State.WAITING || pendingTasks == 0) {
            turn = NONE;
            return state == State.RUNNING ? presentTurnNanos : 0;
        }
        if (turn != turns) {
            turn = turns;
            since = now;
        }
        return now - since;
    }
}
