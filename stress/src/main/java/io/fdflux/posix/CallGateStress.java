package io.fdflux.posix;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Threads that use a descriptor, and the owner that closes it. */
public final class CallGateStress {

    private static final int STAYED_OUT = -1;

    private CallGateStress() {}

    /** Who is inside finds the descriptor open, before and after its call. */
    @JCStressTest
    @Outcome(id = "-1, -1", expect = Expect.ACCEPTABLE, desc = "Too late: the gate is closed, no call is made.")
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Inside: the owner waits.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "A call on a number that is closed.")
    @State
    public static class NobodyUsesWhatIsClosed {

        private final CallGate gate = new CallGate();
        private volatile int closed;

        /** Uses the descriptor. */
        @Actor
        public void user(II_Result result) {
            if (gate.enter()) {
                result.r1 = closed;
                result.r2 = closed;
                gate.leave();
            } else {
                result.r1 = STAYED_OUT;
                result.r2 = STAYED_OUT;
            }
        }

        /** Closes it. */
        @Actor
        public void owner() {
            if (gate.close()) {
                closed = 1;
            }
        }
    }

    /** Of two that close, one is told to. */
    @JCStressTest
    @Outcome(
            id = {"true, false", "false, true"},
            expect = Expect.ACCEPTABLE,
            desc = "Closed once.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "Closed twice, or never.")
    @State
    public static class ClosedOnce {

        private final CallGate gate = new CallGate();

        /** One owner. */
        @Actor
        public void first(ZZ_Result result) {
            result.r1 = gate.close();
        }

        /** Another. */
        @Actor
        public void second(ZZ_Result result) {
            result.r2 = gate.close();
        }
    }
}
