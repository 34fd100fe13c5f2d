package io.fdflux;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import reactor.core.Disposable;

/** Races a thread that posts with whatever ends the posts, on a real loop. */
public final class PostsStress {

    private PostsStress() {}

    /** Posts with a subscriber, and counters of what becomes of a value. */
    private abstract static class Posting {

        final Posts<String> posts;
        final Disposable subscription;
        final AtomicInteger delivered = new AtomicInteger();
        final AtomicInteger discarded = new AtomicInteger();
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile boolean taken;

        Posting(FdLoops loops) {
            posts = Posts.create(loops);
            subscription = posts.flux()
                    .doOnDiscard(String.class, value -> discarded.incrementAndGet())
                    .subscribe(value -> delivered.incrementAndGet(), error -> {}, ended::countDown);
        }

        final void post() {
            taken = posts.offer("value");
        }

        /** Waits a while; without an end the value does not come either. */
        final void awaitEnd() {
            try {
                ended.await(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        final void report(III_Result result) {
            result.r1 = taken ? 1 : 0;
            result.r2 = delivered.get();
            result.r3 = discarded.get();
        }
    }

    /** A post against a cancellation. */
    @JCStressTest
    @Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "Refused.")
    @Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "Taken and delivered.")
    @Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "Taken and discarded.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "A value is lost, or comes twice.")
    @State
    public static class PostAndCancel extends Posting {

        /** Subscribes. */
        public PostAndCancel() {
            super(SharedLoop.LOOPS);
        }

        /** The producer. */
        @Actor
        public void producer() {
            post();
        }

        /** The subscriber. */
        @Actor
        public void subscriber() {
            subscription.dispose();
        }

        /** Waits for the loop. */
        @Arbiter
        public void compare(III_Result result) {
            SharedLoop.turn();
            report(result);
        }
    }

    /** A post against the completion by another producer. */
    @JCStressTest
    @Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "Refused.")
    @Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "Taken and delivered.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "A value that was taken before the end is not delivered.")
    @State
    public static class PostAndComplete extends Posting {

        /** Subscribes. */
        public PostAndComplete() {
            super(SharedLoop.LOOPS);
        }

        /** The producer. */
        @Actor
        public void producer() {
            post();
        }

        /** Another one. */
        @Actor
        public void other() {
            posts.complete();
        }

        /** Waits for the end. */
        @Arbiter
        public void compare(III_Result result) {
            awaitEnd();
            report(result);
        }
    }

    /** A post against the shutdown of the loops. */
    @JCStressTest
    @Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "Refused.")
    @Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "Taken and delivered.")
    @Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "Taken and discarded.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "A value is lost, or comes twice.")
    @State
    public static class PostAndShutdown extends Posting {

        private final FdLoops loops;

        /** Starts a loop. */
        public PostAndShutdown() {
            this(SharedLoop.create());
        }

        private PostAndShutdown(FdLoops loops) {
            super(loops);
            this.loops = loops;
        }

        /** The producer. */
        @Actor
        public void producer() {
            post();
        }

        /** The owner of the loops. */
        @Actor
        public void owner() {
            loops.close();
        }

        /** The loops have been closed. */
        @Arbiter
        public void compare(III_Result result) {
            report(result);
        }
    }
}
