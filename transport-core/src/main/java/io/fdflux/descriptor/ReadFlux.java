package io.fdflux.descriptor;

import io.fdflux.engine.Registration;
import io.fdflux.engine.stream.Input;
import io.fdflux.engine.stream.InputOwner;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/** Reads the bytes or messages of a descriptor, one buffer per request. */
public final class ReadFlux extends Flux<ByteBuf> {

    private final DescriptorHandles handles;
    private final Descriptor descriptor;
    private final int chunkSize;
    private final ByteBufAllocator allocator;

    /**
     * Creates a Flux that reads while it has demand.
     *
     * @param handles    the registry of the loops
     * @param descriptor open, readable
     * @param chunkSize  capacity of the buffers of a byte stream; 0 to follow the size of earlier reads
     * @param allocator  allocates the buffers
     */
    public ReadFlux(DescriptorHandles handles, Descriptor descriptor, int chunkSize, ByteBufAllocator allocator) {
        this.handles = handles;
        this.descriptor = descriptor;
        this.chunkSize = chunkSize;
        this.allocator = allocator;
    }

    @Override
    public void subscribe(CoreSubscriber<? super ByteBuf> actual) {
        new ReadStream(handles, descriptor, actual, new ReadBuffers(chunkSize, allocator)).subscribe();
    }

    /** One reader. Demand is a plain counter, because requests of other threads are queued on the loop. */
    private static final class ReadStream extends DescriptorStream implements InputOwner {

        private final CoreSubscriber<? super ByteBuf> actual;
        private final ReadBuffers buffers;
        private final Input input = new Input(this);
        /** Created once, so that an attempt allocates only its buffers. */
        private final Runnable turn = this::runTurn;

        private long demand;
        private long invalidRequest = 1;
        /** Capacity of the last read in bytes. */
        private int asked;

        ReadStream(
                DescriptorHandles handles,
                Descriptor descriptor,
                CoreSubscriber<? super ByteBuf> actual,
                ReadBuffers buffers) {
            super(handles, descriptor, actual, "read");
            this.actual = actual;
            this.buffers = buffers;
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

        // ---- demand

        @Override
        public void request(long n) {
            if (!isOnLoop()) {
                onLoop(() -> addDemand(n));
                return;
            }
            try {
                addDemand(n); // without the objects of a task, because this may be a call per buffer
            } catch (Throwable t) {
                fail(t);
            }
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

        // ---- the engine's side

        @Override
        public void attempt() {
            guarded(turn);
        }

        private void runTurn() {
            if (!isOver()) { // another thread may have cancelled; its task is still queued
                input.attempt(handle().registration());
            }
        }

        @Override
        public void onHangup() {
            guarded(this::endIfNothingIsLeft);
        }

        private void endIfNothingIsLeft() {
            if (!isOver()) {
                input.onHangup(handle().registration());
            }
        }

        // ---- the input's side

        @Override
        public int read(Registration registration) {
            DescriptorIo io = handle().io();
            ByteBuf buffer = buffers.next(io.leastCapacity());
            asked = buffer.writableBytes();
            int n = -1;
            try {
                n = io.read(buffer);
            } finally {
                if (n < 0) {
                    buffers.unused(buffer);
                }
            }
            registration.counters().readCall(n == Input.END ? 0 : n);
            if (n >= 0) {
                registration.onRead(asked, n);
                deliver(registration, buffers.read(buffer));
            }
            return n;
        }

        private void deliver(Registration registration, ByteBuf buffer) {
            demand--;
            try {
                actual.onNext(buffer);
            } catch (Throwable t) {
                fail(new IllegalStateException("the subscriber of read(" + descriptor() + ") threw in onNext", t));
            }
            if (demand == 0) {
                registration.dropRead();
            }
        }

        @Override
        public boolean mayReadAgain(Registration registration, int reads, long bytes) {
            return demand > 0
                    && !isOver()
                    && registration.isReadReady()
                    && reads < READS_PER_TURN
                    && bytes < BYTES_PER_TURN;
        }

        @Override
        public void onEnd() {
            complete();
        }

        @Override
        public void onReadError(int errno) {
            Object subject = errno == Errno.EMSGSIZE
                    ? descriptor() + ", message truncated at " + asked + " bytes"
                    : descriptor();
            IOException error = Errno.exception("read", subject, errno);
            fail(error);
        }

        @Override
        public void onBufferFailure(Registration registration, Throwable cause) {
            fail(cause);
        }

        @Override
        public int available() {
            return handle().io().available();
        }

        @Override
        public int takeError() {
            return handle().io().pendingError();
        }
    }
}
