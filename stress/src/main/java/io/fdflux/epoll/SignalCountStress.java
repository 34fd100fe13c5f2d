package io.fdflux.epoll;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Races deliveries of a signal with the loop that arms a report, or takes the count. */
public final class SignalCountStress {

    private SignalCountStress() {}

    private static SignalCount unarmed() {
        SignalCount count = new SignalCount();
        count.deliver();
        count.take();
        return count;
    }

    /** The loop sees the delivery, or the delivery wakes the loop. */
    @JCStressTest
    @Outcome(
            id = "false, false",
            expect = Expect.FORBIDDEN,
            desc = "A lost signal: the loop waits with a count to report.")
    @Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "The loop waits and is woken.")
    @Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "The loop sees the count; no call is made.")
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "Both: a spurious wake-up, which is harmless.")
    @State
    public static class NoSignalIsLost {

        private final SignalCount count = unarmed();

        /** Asks for a report. Says whether there is something to report. */
        @Actor
        public void loop(ZZ_Result result) {
            result.r1 = count.arm();
        }

        /** Delivers. Says whether it wakes the loop. */
        @Actor
        public void delivery(ZZ_Result result) {
            result.r2 = count.deliver();
        }
    }

    /** Each delivery is in one report. */
    @JCStressTest
    @Outcome(id = "0, 2", expect = Expect.ACCEPTABLE, desc = "Both after the first report.")
    @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "One in each report.")
    @Outcome(id = "2, 0", expect = Expect.ACCEPTABLE, desc = "Both in the first report.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "A delivery is lost or counted twice.")
    @State
    public static class EachIsCountedOnce {

        private final SignalCount count = new SignalCount();

        /** The first delivery. */
        @Actor
        public void first() {
            count.deliver();
        }

        /** The second delivery. */
        @Actor
        public void second() {
            count.deliver();
        }

        /** Takes what has come so far. */
        @Actor
        public void loop(JJ_Result result) {
            result.r1 = count.take();
        }

        /** Takes the rest. */
        @Arbiter
        public void rest(JJ_Result result) {
            count.arm();
            result.r2 = count.take();
        }
    }
}
