package io.fdflux.descriptor;

import io.fdflux.engine.Registration;
import io.fdflux.engine.stream.Output;
import io.fdflux.engine.stream.OutputOwner;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.WriteFailedException;
import io.netty.buffer.ByteBuf;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** Writes buffers to a descriptor, in order, and completes when the kernel has all of them. */
public final class WriteMono extends Mono<Void> {

    /** The most buffers that a writer holds. */
    static final int PREFETCH = 32;

    /** Buffers are requested again by so many, as Reactor's operators do it: three quarters of the prefetch. */
    private static final int REPLENISHED = PREFETCH - PREFETCH / 4;

    private final DescriptorHandles handles;
    private final Descriptor descriptor;
    private final Publisher<? extends ByteBuf> source;

    /**
     * Creates a Mono that writes.
     *
     * @param handles    the registry of the loops
     * @param descriptor open, writable
     * @param source     the buffers; each is released once it is written, or when the writing ends early
     */
    public WriteMono(DescriptorHandles handles, Descriptor descriptor, Publisher<? extends ByteBuf> source) {
        this.handles = handles;
        this.descriptor = descriptor;
        this.source = source;
    }

    @Override
    public void subscribe(CoreSubscriber<? super Void> actual) {
        new WriteStream(handles, descriptor, actual, source).subscribe();
    }

    /**
     * One writer. It holds at most {@link #PREFETCH} buffers, and one call writes those that it holds. It is the Mono's
     * subscription, which ignores valid requests, and the source's subscriber.
     */
    private static final class WriteStream extends DescriptorStream implements CoreSubscriber<ByteBuf>, OutputOwner {

        private static final int WRITES_PER_TURN = 16;

        private final CoreSubscriber<? super Void> actual;
        private final Publisher<? extends ByteBuf> source;
        private final Output output = new Output(this);
        /** Created once, so that an attempt allocates nothing. */
        private final Runnable turn = this::runTurn;

        private Subscription upstream;
        private final PendingBuffers pending = new PendingBuffers();
        /** Buffers that the source may still send. */
        private int requested;
        /** Buffers that are written or skipped, and not requested again. */
        private int answered;

        private long bytesWritten;
        private boolean upstreamDone;
        private Throwable upstreamError;
        /** A request of 0 or less came, an error by Reactive Streams 3.9; it may come before the stream is attached. */
        private boolean invalidRequest;

        WriteStream(
                DescriptorHandles handles,
                Descriptor descriptor,
                CoreSubscriber<? super Void> actual,
                Publisher<? extends ByteBuf> source) {
            super(handles, descriptor, actual, "write");
            this.actual = actual;
            this.source = source;
        }

        @Override
        boolean isReading() {
            return false;
        }

        @Override
        void attached() {
            if (invalidRequest) {
                refuse();
            } else if (handle().isRead()) {
                failIfBroken(); // the hang-up may have been reported before this writer attached
            }
            if (!isOver()) {
                source.subscribe(this);
            }
        }

        @Override
        void ended() {
            try {
                pending.release();
            } finally {
                if (upstream != null && !upstreamDone) {
                    upstream.cancel();
                }
            }
        }

        /** Checks the Mono's request, which demands only the end. */
        @Override
        public void request(long n) {
            if (n <= 0) {
                onLoop(() -> {
                    invalidRequest = true;
                    if (isStarted() && !isOver()) {
                        refuse();
                    }
                });
            }
        }

        private void refuse() {
            fail(new IllegalArgumentException(
                    "request of 0 or less: a positive number is needed (Reactive Streams 3.9)"));
        }

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }

        // ---- the source

        @Override
        public void onSubscribe(Subscription subscription) {
            requireSignal(subscription, "onSubscribe");
            if (!onLoop(() -> subscribed(subscription))) {
                subscription.cancel();
            }
        }

        private void subscribed(Subscription subscription) {
            if (Operators.validate(upstream, subscription)) {
                upstream = subscription;
                if (isOver()) {
                    subscription.cancel();
                } else {
                    requested = PREFETCH;
                    subscription.request(PREFETCH);
                }
            }
        }

        @Override
        public void onNext(ByteBuf buffer) {
            requireSignal(buffer, "onNext");
            if (!isOnLoop()) {
                acceptLater(buffer);
                return;
            }
            try {
                accept(buffer); // without the objects of a task, because this is a call per buffer
            } catch (Throwable t) {
                fail(t);
            }
        }

        private void acceptLater(ByteBuf buffer) {
            if (!onLoop(() -> accept(buffer))) {
                buffer.release();
            }
        }

        private void accept(ByteBuf buffer) {
            if (isOver() || upstreamDone) {
                buffer.release();
            } else if (requested == 0) {
                buffer.release();
                fail(new IllegalStateException("the source of " + descriptor() + " emitted "
                        + (upstream == null ? "before onSubscribe" : "more than was requested")));
            } else if (!buffer.isReadable() && !handle().io().hasEmptyMessages()) {
                requested--;
                buffer.release();
                replenish(1);
            } else {
                requested--;
                pending.add(buffer);
                output.flush(handle().registration());
            }
        }

        private void replenish(int more) {
            answered += more;
            if (answered >= REPLENISHED && !upstreamDone) {
                int n = answered;
                answered = 0;
                requested += n;
                upstream.request(n);
            }
        }

        @Override
        public void onError(Throwable cause) {
            requireSignal(cause, "onError");
            onLoop(() -> upstreamEnded(cause));
        }

        @Override
        public void onComplete() {
            onLoop(() -> upstreamEnded(null));
        }

        /** Ends the Mono and throws the NullPointerException of Reactive Streams 2.13. */
        private void requireSignal(Object signal, String method) {
            if (signal == null) {
                NullPointerException e = new NullPointerException(method + "(null)");
                onLoop(() -> fail(e));
                throw e;
            }
        }

        private void upstreamEnded(Throwable cause) {
            if (isOver() || upstreamDone) {
                if (cause != null && !isCancelled()) { // a cancelled source may still fail, on its own loop
                    Operators.onErrorDropped(cause, currentContext());
                }
                return;
            }
            upstreamDone = true;
            upstreamError = cause;
            if (pending.isEmpty()) {
                finish();
            }
        }

        private void finish() {
            if (upstreamError != null) {
                fail(upstreamError);
            } else {
                complete();
            }
        }

        // ---- the engine's side

        @Override
        public void attempt() {
            guarded(turn);
        }

        private void runTurn() {
            if (!isOver()) { // another thread may have cancelled; its task is still queued
                output.attempt(handle().registration());
            }
        }

        // ---- the output's side

        @Override
        public boolean hasPending() {
            return !pending.isEmpty();
        }

        @Override
        public boolean isWritable(Registration registration) {
            return !isOver();
        }

        @Override
        public boolean mayWriteAgain(int writes) {
            return writes < WRITES_PER_TURN;
        }

        @Override
        public void onWriteError(Throwable cause) {
            fail(cause);
        }

        @Override
        public boolean write(Registration registration) throws WriteFailedException {
            int held = pending.size();
            int n = pending.write(handle().io());
            registration.countWrite(n);
            if (n == -Errno.EAGAIN) {
                return false;
            }
            if (n < 0) {
                throw failure(-n);
            }
            bytesWritten += n;
            written(held - pending.size());
            return true; // a pipe or a terminal may accept more after a short write
        }

        private WriteFailedException failure(int errno) {
            return new WriteFailedException(
                    Errno.exception("write", descriptor(), errno), "write", errno, bytesWritten);
        }

        private void written(int buffers) {
            if (upstreamDone && pending.isEmpty()) {
                finish();
            } else if (buffers > 0) {
                replenish(buffers);
            }
        }

        /** Fails a writer of a lost reader. A silent source would never make the write that finds it. */
        @Override
        public void onHangup() {
            guarded(this::failIfBroken);
        }

        private void failIfBroken() {
            if (isOver() || !handle().io().isWriteBroken()) {
                return;
            }
            int errno = handle().registration().pendingErrno();
            if (errno == 0 && !handle().isRead()) {
                errno = handle().io().pendingError(); // with a reader, the reader takes the error
            }
            fail(failure(errno == 0 ? Errno.EPIPE : errno));
        }
    }
}
