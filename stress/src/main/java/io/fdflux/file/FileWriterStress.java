package io.fdflux.file;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.RejectedExecutionException;
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
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;

/** Races the signals of a writer of a file: its source's, and its subscriber's. */
public final class FileWriterStress {

    private FileWriterStress() {}

    /** Runs tasks on the thread that schedules them, until it is disposed of. */
    private static final class Inline implements Scheduler.Worker {

        private volatile boolean disposed;

        @Override
        public Disposable schedule(Runnable task) {
            if (disposed) {
                throw new RejectedExecutionException();
            }
            task.run();
            return Disposables.disposed();
        }

        @Override
        public void dispose() {
            disposed = true;
        }
    }

    /** Counts the ends. */
    private static final class Ends extends AtomicInteger implements CoreSubscriber<Void> {

        private static final long serialVersionUID = 1L;

        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.cancel(); // never called by the writer
        }

        @Override
        public void onNext(Void none) {
            Operators.onNextDropped(none, currentContext());
        }

        @Override
        public void onError(Throwable cause) {
            incrementAndGet();
        }

        @Override
        public void onComplete() {
            incrementAndGet();
        }
    }

    /** Counts the closes. */
    private static final class Target extends AtomicInteger implements ByteTarget {

        private static final long serialVersionUID = 1L;

        @Override
        public void write(ByteBuf written) {
            written.skipBytes(1);
        }

        @Override
        public void close() {
            incrementAndGet();
        }
    }

    /** A writer that is open, with a source that has sent nothing. */
    private static final class Opened {

        private final Target target = new Target();
        private final Ends ends = new Ends();
        private final ByteBuf buffer = Unpooled.buffer(1).writeByte(0);
        private final FileWriter writer = new FileWriter(new Inline(), ends, Flux.never(), () -> target);

        Opened() {
            writer.drain();
        }

        void report(III_Result result) {
            result.r1 = buffer.refCnt();
            result.r2 = target.get();
            result.r3 = ends.get();
        }
    }

    /** A buffer that comes with the cancellation is released, written or not, and the file is closed. */
    @JCStressTest
    @Outcome(id = "0, 1, 0", expect = Expect.ACCEPTABLE, desc = "Released once, closed once, no signal.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "A leaked buffer, an open file, or a signal after the cancellation.")
    @State
    public static class BufferAndCancel {

        private final Opened opened = new Opened();

        /** The source. */
        @Actor
        public void source() {
            opened.writer.onNext(opened.buffer);
        }

        /** The subscriber. */
        @Actor
        public void subscriber() {
            opened.writer.cancel();
        }

        /** What is left. */
        @Arbiter
        public void after(III_Result result) {
            opened.report(result);
        }
    }

    /** The end of the source and the cancellation close the file once; the end may be signalled before. */
    @JCStressTest
    @Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "Closed once; cancelled first.")
    @Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "Closed once; completed first.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "Closed twice or never, or two signals.")
    @State
    public static class EndAndCancel {

        private final Opened opened = new Opened();

        /** The source. */
        @Actor
        public void source() {
            opened.writer.onComplete();
        }

        /** The subscriber. */
        @Actor
        public void subscriber() {
            opened.writer.cancel();
        }

        /** What is left; the buffer is not used. */
        @Arbiter
        public void after(III_Result result) {
            opened.report(result);
        }
    }
}
