package io.fdflux.engine;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Races a loop that begins to wait with threads that submit tasks to it. */
public final class WakeupStateStress {

    private WakeupStateStress() {}

    /** The loop sees the task, or the other thread wakes it. */
    @JCStressTest
    @Outcome(
            id = "false, false",
            expect = Expect.FORBIDDEN,
            desc = "A lost wake-up: the loop waits with a queued task.")
    @Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "The loop waits and is woken.")
    @Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "The loop sees the task; no call is made.")
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "Both: a spurious wake-up, which is harmless.")
    @State
    public static class NoWakeupIsLost {

        private final WakeupState state = new WakeupState();
        private volatile boolean task;

        /** Begins to wait. Reports whether it saw the task. */
        @Actor
        public void loop(ZZ_Result result) {
            state.block();
            result.r1 = task;
        }

        /** Submits the task. Reports whether it makes the wake-up call. */
        @Actor
        public void other(ZZ_Result result) {
            task = true;
            result.r2 = state.claim();
        }
    }

    /** One of two threads that find the loop blocked makes the wake-up call. */
    @JCStressTest
    @Outcome(
            id = {"true, false", "false, true"},
            expect = Expect.ACCEPTABLE,
            desc = "One wakes it.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "Two calls per wait, or none.")
    @State
    public static class OneCallPerWait {

        private final WakeupState state = new WakeupState();

        /** Blocks the loop before both threads start. */
        public OneCallPerWait() {
            state.block();
        }

        /** The first thread with a task. */
        @Actor
        public void first(ZZ_Result result) {
            result.r1 = state.claim();
        }

        /** The second thread with a task. */
        @Actor
        public void second(ZZ_Result result) {
            result.r2 = state.claim();
        }
    }
}
