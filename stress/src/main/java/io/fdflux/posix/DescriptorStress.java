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

/** Races users of a descriptor with owners that close it. */
public final class DescriptorStress {

    private static final int NUMBER = 77;
    private static final int REFUSED = -1;

    private DescriptorStress() {}

    /** A descriptor that counts the closes of its number. */
    private abstract static class Counting {

        volatile int closes;

        final Descriptor descriptor = Descriptor.of(NUMBER, number -> {
            closes = closes + 1; // not atomic, because more than one close is a failure anyway
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

    /** A leased number stays open during the lease. */
    @JCStressTest
    @Outcome(id = "-1, -1", expect = Expect.ACCEPTABLE, desc = "The lease is refused, and no call is made.")
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "The number stays open during the lease.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "A call on a closed number.")
    @State
    public static class NoUseAfterClose extends Counting {

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

        /** Closes the descriptor. */
        @Actor
        public void owner() {
            close();
        }
    }

    /** The number is closed once, although two threads close the descriptor and one leases it. */
    @JCStressTest
    @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Closed once.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "Closed twice, or never.")
    @State
    public static class ClosedOnce extends Counting {

        /** The first owner. */
        @Actor
        public void first() {
            close();
        }

        /** The second owner. */
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

        /** Runs after all actors. */
        @Arbiter
        public void count(I_Result result) {
            result.r1 = closes;
        }
    }

    /** A user with a close listener is notified once, or its lease is refused. */
    @JCStressTest
    @Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "The lease is refused.")
    @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Notified once.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "Never notified, or twice.")
    @State
    public static class NotifiedOnce extends Counting {

        private int refused;
        private volatile int notified;

        /** Leases the descriptor with a listener. */
        @Actor
        public void user() {
            if (!descriptor.lease(() -> notified = notified + 1)) {
                refused = REFUSED;
            }
        }

        /** Closes the descriptor. */
        @Actor
        public void owner() {
            close();
        }

        /** Runs after both actors. */
        @Arbiter
        public void count(I_Result result) {
            result.r1 = refused == 0 ? notified : refused;
        }
    }
}
