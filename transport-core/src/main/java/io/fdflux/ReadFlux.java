package io.fdflux;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/** {@link FdFlux#read}. */
final class ReadFlux extends Flux<ByteBuf> {

    private final FdLoops loops;
    private final Descriptor descriptor;

    ReadFlux(FdLoops loops, Descriptor descriptor) {
        this.loops = loops;
        this.descriptor = descriptor;
    }

    @Override
    public void subscribe(CoreSubscriber<? super ByteBuf> actual) {
        ReadSubscription subscription = new ReadSubscription(loops, loops.acquire(descriptor), actual);
        actual.onSubscribe(subscription);
        subscription.start();
    }

    /**
     * One reader. Demand is a plain counter: it is touched by the loop's thread only, to which requests of other threads are
     * handed over; cancellation alone must be seen at once.
     */
    private static final class ReadSubscription implements Subscription, DescriptorHandle.Side {

        // One turn of one descriptor: as many reads as Netty's channels make, and a megabyte at the very most.
        private static final int READS_A_TURN = 16;
        private static final int BYTES_A_TURN = 256 * 1024;

        private final FdLoops loops;
        private final DescriptorHandle handle;
        private final CoreSubscriber<? super ByteBuf> actual;
        private final RecvByteBufAllocator.ExtendedHandle sizes =
                (RecvByteBufAllocator.ExtendedHandle) new AdaptiveRecvByteBufAllocator().newHandle();
        private volatile boolean cancelled;
        private long demand;
        private boolean attached;
        private boolean done;

        ReadSubscription(FdLoops loops, DescriptorHandle handle, CoreSubscriber<? super ByteBuf> actual) {
            this.loops = loops;
            this.handle = handle;
            this.actual = actual;
        }

        void start() {
            if (!handle.onLoop(this::attach)) {
                fail(new IllegalStateException(
                        "the loops have been closed; " + handle.descriptor() + " cannot be read"));
            }
        }

        private void attach() {
            if (done) {
                return;
            }
            if (cancelled) {
                end();
            } else if (handle.attach(this, true)) {
                attached = true;
                if (demand > 0) {
                    handle.registration().wantRead();
                }
            }
        }

        @Override
        public void request(long n) {
            handle.onLoop(() -> addDemand(n));
        }

        private void addDemand(long n) {
            if (done || cancelled) {
                return;
            }
            if (n <= 0) {
                fail(new IllegalArgumentException(
                        "request of " + n + ": a positive number is needed (Reactive Streams 3.9)"));
                return;
            }
            demand = Operators.addCap(demand, n);
            if (attached) {
                handle.registration().wantRead();
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
            handle.onLoop(this::end);
        }

        @Override
        public void attempt() {
            int bytes = 0;
            for (int i = 0; i < READS_A_TURN && bytes < BYTES_A_TURN && demand > 0 && !done && !cancelled; i++) {
                int n = readOnce();
                if (n <= 0) {
                    break;
                }
                bytes += n;
            }
            if (!done && demand == 0) {
                handle.registration().dropRead();
            }
        }

        /** Reads and delivers once; the bytes, or 0 if there is nothing more to do now. */
        private int readOnce() {
            FdRegistration registration = handle.registration();
            if (!registration.readReady()) {
                return 0;
            }
            if (registration.atEndOfInput()) {
                complete();
                return 0;
            }
            sizes.reset(null);
            ByteBuf buffer = BufferMemory.allocate(sizes, ByteBufAllocator.DEFAULT);
            int room = buffer.writableBytes();
            int n = handle.calls().read(handle.descriptor(), buffer);
            registration.counters().readCall(n);
            if (n <= 0) {
                buffer.release();
                if (n == -Errno.EAGAIN) {
                    registration.readWouldBlock();
                } else if (n == 0) {
                    complete();
                } else {
                    fail(Errno.exception("read", handle.descriptor(), -n));
                }
                return 0;
            }
            sizes.attemptedBytesRead(room);
            sizes.lastBytesRead(n);
            sizes.readComplete();
            registration.readGot(room, n);
            demand--;
            actual.onNext(buffer);
            return n;
        }

        @Override
        public void hangup() {
            if (done || cancelled) {
                return;
            }
            FdRegistration registration = handle.registration();
            if (registration.atEndOfInput() || handle.calls().available(handle.descriptor()) == 0) {
                int errno = registration.endOfInputErrno(() -> handle.calls().pendingError(handle.descriptor()));
                if (errno == 0) {
                    complete();
                } else {
                    fail(Errno.exception("read", handle.descriptor(), errno));
                }
            }
        }

        private void complete() {
            if (end() && !cancelled) {
                actual.onComplete();
            }
        }

        @Override
        public void fail(Throwable cause) {
            if (!end() || cancelled) {
                Operators.onErrorDropped(cause, actual.currentContext());
            } else {
                actual.onError(cause);
            }
        }

        private boolean end() {
            if (done) {
                return false;
            }
            done = true;
            if (attached) {
                handle.detach(this);
            }
            loops.release(handle);
            return true;
        }
    }
}
