package io.fdflux;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.io.Io;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
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
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/** Races requests, cancellations and the end of the stream of a pipe, on a real loop. */
public final class ReadStress {

    private ReadStress() {}

    /** Releases and counts. */
    private static final class Reader implements CoreSubscriber<ByteBuf> {

        private final AtomicInteger bytes = new AtomicInteger();
        private final AtomicInteger ends = new AtomicInteger();
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile Subscription subscription;

        /** Waits a while. Without an end the stream fails later, because its input is closed. */
        void awaitEnd() {
            try {
                ended.await(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void onSubscribe(Subscription given) {
            subscription = given;
        }

        @Override
        public void onNext(ByteBuf buffer) {
            bytes.addAndGet(buffer.readableBytes());
            buffer.release();
        }

        @Override
        public void onError(Throwable cause) {
            ends.addAndGet(2); // an error is expected in no order
            ended.countDown();
        }

        @Override
        public void onComplete() {
            ends.incrementAndGet();
            ended.countDown();
        }
    }

    /** A subscription to a pipe with one byte in it. */
    private abstract static class Reading {

        final Reader reader = new Reader();
        final Descriptor output;
        private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
        private final Descriptor input;

        /** Subscribes, and waits until the subscription is there. */
        Reading() {
            try (Arena arena = Arena.ofConfined()) {
                Pipes.Pair pipe = Pipes.pipe();
                input = pipe.first();
                output = pipe.second();
                Io.write(
                        output.number(),
                        arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) 1).address(),
                        1);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            SharedLoop.LOOPS
                    .read(input, ReadOptions.defaults().allocator(allocator))
                    .subscribe(reader);
            SharedLoop.turn();
        }

        /** Asks for the byte and the end. */
        final void request() {
            reader.subscription.request(2);
        }

        /** Waits for the loop, and counts bytes, ends, and memory that is still allocated. */
        final void report(III_Result result) {
            SharedLoop.turn();
            output.closeUnchecked();
            input.closeUnchecked();
            SharedLoop.turn();
            ByteBufAllocatorMetric metric = allocator.metric();
            result.r1 = reader.bytes.get();
            result.r2 = reader.ends.get();
            result.r3 = (int) (metric.usedDirectMemory() + metric.usedHeapMemory());
        }
    }

    /** A request against a cancellation. */
    @JCStressTest
    @Outcome(
            id = {"0, 0, 0", "1, 0, 0"},
            expect = Expect.ACCEPTABLE,
            desc = "The byte or not, and nothing left.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "An end, or a leaked buffer.")
    @State
    public static class RequestAndCancel extends Reading {

        /** The subscriber. */
        @Actor
        public void subscriber() {
            request();
        }

        /** Another thread of it. */
        @Actor
        public void other() {
            reader.subscription.cancel();
        }

        /** Counts. */
        @Arbiter
        public void count(III_Result result) {
            report(result);
        }
    }

    /** A request against the writer's close. */
    @JCStressTest
    @Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "The byte, then the end.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "No byte, an end before it, no end, two, an error or a leaked buffer.")
    @State
    public static class RequestAndEnd extends Reading {

        /** The subscriber. */
        @Actor
        public void subscriber() {
            request();
        }

        /** The writer. */
        @Actor
        public void writer() {
            output.closeUnchecked();
        }

        /** Counts, after the end. */
        @Arbiter
        public void count(III_Result result) {
            reader.awaitEnd();
            report(result);
        }
    }

    /** A cancellation against the writer's close, with demand for both. */
    @JCStressTest
    @Outcome(
            id = {"0, 0, 0", "1, 0, 0", "1, 1, 0"},
            expect = Expect.ACCEPTABLE,
            desc = "Bytes before the end, and nothing left.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "An end before the byte, two ends, an error or a leaked buffer.")
    @State
    public static class CancelAndEnd extends Reading {

        /** Asks for both. */
        public CancelAndEnd() {
            request();
        }

        /** The subscriber. */
        @Actor
        public void subscriber() {
            reader.subscription.cancel();
        }

        /** The writer. */
        @Actor
        public void writer() {
            output.closeUnchecked();
        }

        /** Counts. */
        @Arbiter
        public void count(III_Result result) {
            report(result);
        }
    }
}
