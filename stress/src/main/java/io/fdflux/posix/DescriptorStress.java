package io.fdflux.posix;

import java.io.IOException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Threads that use a descriptor, and the owner that closes it. */
public final class DescriptorStress {

    private static final int NUMBER = 77;
    private static final int REFUSED = -1;

    private DescriptorStress() {}

    /** A descriptor whose number is closed by counting. */
    private abstract static class Counting {

        volatile int closes;

        final Descriptor descriptor = Descriptor.of(NUMBER, number -> {
            closes = closes + 1; // by one thread, or the test fails
            return 0;
        });

        final void close() {
            try {
                descriptor.close();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        final void release() {
            try {
                descriptor.release();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** A lease finds the number open, before and after its call. */
    @JCStressTest
    @Outcome(id = "-1, -1", expect = Expect.ACCEPTABLE, desc = "Too late: the lease is refused, no call is made.")
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Leased: the number stays open.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "A call on a number that is closed.")
    @State
    public static class NobodyUsesWhatIsClosed extends Counting {

        /** Uses the descriptor. */
        @Actor
        public void user(II_Result result) {
            if (descriptor.lease()) {
                result.r1 = closes;
                result.r2 = closes;
                release();
            } else {
                result.r1 = REFUSED;
                result.r2 = REFUSED;
            }
        }

        /** Closes it. */
        @Actor
        public void owner() {
            close();
        }
    }

    /** Two users and two owners: the number is closed once. */
    @JCStressTest
    @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Closed once.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "Closed twice, or never.")
    @State
    public static class ClosedOnce extends Counting {

        /** One owner. */
        @Actor
        public void first() {
            close();
        }

        /** Another. */
        @Actor
        public void second() {
            close();
        }

        /** A user. */
        @Actor
        public void user() {
            if (descriptor.lease()) {
                release();
            }
        }

        /** After all. */
        @Arbiter
        public void count(I_Result result) {
            result.r1 = closes;
        }
    }

    /** A user that asked to be notified is notified once, or was refused. */
    @JCStressTest
    @Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "Too late: refused.")
    @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Notified once.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "Never notified, or twice.")
    @State
    public static class NotifiedOnce extends Counting {

        private int refused;
        private volatile int notified;

        /** A stream. */
        @Actor
        public void user() {
            if (!descriptor.lease(() -> notified = notified + 1)) {
                refused = REFUSED;
            }
        }

        /** Its owner. */
        @Actor
        public void owner() {
            close();
        }

        /** After both. */
        @Arbiter
        public void count(I_Result result) {
            result.r1 = refused == 0 ? notified : refused;
        }
    }
}
