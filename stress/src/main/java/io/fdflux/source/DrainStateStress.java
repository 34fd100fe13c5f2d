package io.fdflux.source;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Races a loop that waits for posts with threads that post. */
public final class DrainStateStress {

    private DrainStateStress() {}

    /** The loop sees the value, or the other thread wakes it. */
    @JCStressTest
    @Outcome(
            id = "false, false",
            expect = Expect.FORBIDDEN,
            desc = "A lost wake-up: the loop waits with a queued value.")
    @Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "The loop waits and is woken.")
    @Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "The loop sees the value; nobody wakes it.")
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "Both: a spurious wake-up, which is harmless.")
    @State
    public static class NoWakeupIsLost {

        private final DrainState state = new DrainState();
        private final Queue<String> values = new ConcurrentLinkedQueue<>();

        /** Begins to wait. Reports whether it saw the value. */
        @Actor
        public void loop(ZZ_Result result) {
            state.await();
            result.r1 = !values.isEmpty();
        }

        /** Posts the value. Reports whether it wakes the loop. */
        @Actor
        public void other(ZZ_Result result) {
            values.add("value");
            result.r2 = state.claim();
        }
    }

    /** One of two threads that post to a waiting loop wakes it. */
    @JCStressTest
    @Outcome(
            id = {"true, false", "false, true"},
            expect = Expect.ACCEPTABLE,
            desc = "One wakes it.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "Two wake-ups per wait, or none.")
    @State
    public static class OneWakeupPerWait {

        private final DrainState state = new DrainState();

        /** Lets the loop wait before both threads start. */
        public OneWakeupPerWait() {
            state.await();
        }

        /** The first thread with a value. */
        @Actor
        public void first(ZZ_Result result) {
            result.r1 = state.claim();
        }

        /** The second thread with a value. */
        @Actor
        public void second(ZZ_Result result) {
            result.r2 = state.claim();
        }
    }
}
