package io.fdflux;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
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
        new ReadStream(loops, descriptor, actual).subscribe();
    }

    /** One reader. Demand is a plain counter, because requests of other threads are handed over to the loop's thread. */
    private static final class ReadStream extends DescriptorStream {

        // One turn of one descriptor: as many reads as Netty's channels make.
        private static final int READS_PER_TURN = 16;
        private static final int BYTES_PER_TURN = 256 * 1024;

        private final CoreSubscriber<? super ByteBuf> actual;
        private final ReadBuffers buffers = new ReadBuffers();
        private long demand;
        private long invalidRequest = 1;

        ReadStream(FdLoops loops, Descriptor descriptor, CoreSubscriber<? super ByteBuf> actual) {
            super(loops, descriptor, actual, "read");
            this.actual = actual;
        }

        @Override
        boolean isReading() {
            return true;
        }

        @Override
        void attached() {
            if (invalidRequest <= 0) {
                refuse(invalidRequest);
            } else if (demand > 0) {
                handle().registration().wantRead();
            }
        }

        @Override
        void ended() {
            buffers.release();
        }

        @Override
        public void request(long n) {
            onLoop(() -> addDemand(n));
        }

        private void addDemand(long n) {
            if (isOver()) {
                return;
            }
            if (n <= 0) {
                if (isStarted()) {
                    refuse(n);
                } else {
                    invalidRequest = n; // onSubscribe may still be running on another thread
                }
                return;
            }
            demand = Operators.addCap(demand, n);
            if (isAttached()) {
                handle().registration().wantRead();
            }
        }

        private void refuse(long n) {
            fail(new IllegalArgumentException(
                    "request of " + n + ": a positive number is needed (Reactive Streams 3.9)"));
        }

        @Override
        public void attempt() {
            guarded(this::readTurn);
        }

        private void readTurn() {
            int bytes = 0;
            for (int i = 0; i < READS_PER_TURN && bytes < BYTES_PER_TURN && demand > 0 && !isOver(); i++) {
                int n = readOnce();
                if (n < 0) {
                    break;
                }
                bytes += n;
            }
            if (!isOver() && demand == 0) {
                handle().registration().dropRead();
            }
        }

        /** Reads and delivers once; the bytes, or a negative number if there is nothing more to do now. */
        private int readOnce() {
            Registration registration = handle().registration();
            if (!registration.readReady()) {
                return -1;
            }
            if (registration.atEndOfInput()) {
                complete();
                return -1;
            }
            DescriptorIo io = handle().io();
            ByteBuf buffer = buffers.next(io.leastCapacity());
            int room = buffer.writableBytes();
            int n = -1;
            try {
                n = io.read(buffer);
            } finally {
                if (n < 0) {
                    buffers.unused(buffer);
                }
            }
            registration.counters().readCall(n == DescriptorIo.END ? 0 : n);
            if (n < 0) {
                nothingRead(n, room, registration);
                return -1;
            }
            registration.readGot(room, n);
            deliver(buffers.read(buffer));
            return n;
        }

        private void nothingRead(int n, int room, Registration registration) {
            if (n == -Errno.EAGAIN) {
                registration.readWouldBlock();
            } else if (n == DescriptorIo.END || Registration.endOfInputErrno(-n) == 0) {
                complete();
            } else if (n == -Errno.EMSGSIZE) {
                fail(Errno.exception("read", descriptor() + ", message cut at " + room + " bytes", -n));
            } else {
                fail(error(-n));
            }
        }

        private void deliver(ByteBuf buffer) {
            demand--;
            try {
                actual.onNext(buffer);
            } catch (Throwable t) {
                fail(new IllegalStateException("the subscriber of read(" + descriptor() + ") threw in onNext", t));
            }
        }

        @Override
        public void hangup() {
            guarded(this::endIfNothingIsLeft);
        }

        private void endIfNothingIsLeft() {
            Registration registration = handle().registration();
            if (isOver() || !registration.atEndOfInput() && handle().io().available() != 0) {
                return;
            }
            int errno = registration.endOfInputErrno(() -> handle().io().pendingError());
            if (errno == 0) {
                complete();
            } else {
                fail(error(errno));
            }
        }

        private IOException error(int errno) {
            return Errno.exception("read", descriptor(), errno);
        }
    }
}
