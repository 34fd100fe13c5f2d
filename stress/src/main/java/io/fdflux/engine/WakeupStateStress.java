package io.fdflux.engine;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** The loop that goes to wait, and threads that have a task for it. */
public final class WakeupStateStress {

    private WakeupStateStress() {}

    /** Either the loop sees the task, or the other thread wakes it. */
    @JCStressTest
    @Outcome(
            id = "false, false",
            expect = Expect.FORBIDDEN,
            desc = "A lost wake-up: the loop waits, and the task with it.")
    @Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "The loop waits and is woken.")
    @Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "The loop sees the task; no call is made.")
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "Both: one wake-up too many does no harm.")
    @State
    public static class NoWakeupIsLost {

        private final WakeupState state = new WakeupState();
        private volatile boolean task;

        /** Goes to wait: did it see the task? */
        @Actor
        public void loop(ZZ_Result result) {
            state.block();
            result.r1 = task;
        }

        /** Brings the task: does it make the call? */
        @Actor
        public void other(ZZ_Result result) {
            task = true;
            result.r2 = state.claim();
        }
    }

    /** Of two threads that find the loop blocked, one makes the call. */
    @JCStressTest
    @Outcome(
            id = {"true, false", "false, true"},
            expect = Expect.ACCEPTABLE,
            desc = "One wakes it.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "Two calls for one wait, or none.")
    @State
    public static class OneCallAWait {

        private final WakeupState state = new WakeupState();

        /** The loop is blocked before the others come. */
        public OneCallAWait() {
            state.block();
        }

        /** One thread with a task. */
        @Actor
        public void first(ZZ_Result result) {
            result.r1 = state.claim();
        }

        /** Another. */
        @Actor
        public void second(ZZ_Result result) {
            result.r2 = state.claim();
        }
    }
}
