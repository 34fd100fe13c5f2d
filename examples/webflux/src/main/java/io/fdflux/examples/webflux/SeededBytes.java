package io.fdflux.examples.webflux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import reactor.core.publisher.Flux;

/**
 * A pseudo-random sequence of bytes that is always the same, so that its digests are known. Byte {@code i} is byte
 * {@code i % 8}, the lowest first, of number {@code i / 8} of SplitMix64 with seed 42.
 *
 * <p>An instance iterates once over the sequence; it is not thread-safe.
 */
final class SeededBytes {

    /** A multiple of 8, so that only the last chunk may end within a number. */
    static final int CHUNK = 16 * 1024;

    private static final long SEED = 42;
    private static final long GAMMA = 0x9e3779b97f4a7c15L;

    private long state = SEED;
    private long remaining;

    private SeededBytes(long bytes) {
        this.remaining = bytes;
    }

    /** {@return the first bytes of the sequence, to be read in steps of {@link #CHUNK}} */
    static SeededBytes first(long bytes) {
        return new SeededBytes(bytes);
    }

    /**
     * Streams the first bytes of the sequence. Each request allocates one chunk, which the subscriber owns.
     *
     * @param bytes   the number of bytes
     * @param buffers allocates the chunks
     * @return a cold publisher; each subscriber gets the same bytes
     */
    static Flux<DataBuffer> stream(long bytes, DataBufferFactory buffers) {
        return Flux.generate(() -> first(bytes), (source, sink) -> {
            if (source.remaining == 0) {
                sink.complete();
                return source;
            }
            int length = source.nextLength();
            DataBuffer buffer = buffers.allocateBuffer(length);
            try (DataBuffer.ByteBufferIterator memory = buffer.writableByteBuffers()) {
                source.fill(memory.next().slice(0, length));
            }
            sink.next(buffer.writePosition(length));
            return source;
        });
    }

    /** {@return the length of the next chunk, 0 at the end} */
    int nextLength() {
        return (int) Math.min(CHUNK, remaining);
    }

    /** Writes the next chunk. The target must have {@link #nextLength()} bytes remaining. */
    void fill(ByteBuffer target) {
        remaining -= target.remaining();
        target.order(ByteOrder.LITTLE_ENDIAN);
        while (target.remaining() >= Long.BYTES) {
            target.putLong(nextNumber());
        }
        for (long rest = target.hasRemaining() ? nextNumber() : 0; target.hasRemaining(); rest >>>= Byte.SIZE) {
            target.put((byte) rest);
        }
    }

    private long nextNumber() {
        state += GAMMA;
        long z = state;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
