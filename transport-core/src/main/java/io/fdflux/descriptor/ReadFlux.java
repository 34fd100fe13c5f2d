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

    /** One reader. */
    private static final class ReadStream extends DemandStream<ByteBuf> implements InputOwner {

        private final ReadBuffers buffers;
        private final Input input = new Input(this);

        /** Capacity of the last read in bytes. */
        private int asked;

        ReadStream(
                DescriptorHandles handles,
                Descriptor descriptor,
                CoreSubscriber<? super ByteBuf> actual,
                ReadBuffers buffers) {
            super(handles, descriptor, actual, "read");
            this.buffers = buffers;
        }

        @Override
        boolean isReading() {
            return true;
        }

        @Override
        void ended() {
            buffers.release();
        }

        // ---- the engine's side

        @Override
        void makeAttempt() {
            input.attempt(handle().registration());
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
            registration.countRead(n == Input.END ? 0 : n);
            if (n >= 0) {
                registration.onRead(asked, n);
                deliver(buffers.read(buffer));
            }
            return n;
        }

        @Override
        public boolean mayReadAgain(Registration registration, int reads, long bytes) {
            return hasDemand()
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
