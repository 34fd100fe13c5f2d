package io.fdflux.examples.webflux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import reactor.core.publisher.Flux;

/**
 * An endless sequence of bytes that looks random and is always the same, so that its digests can be known: byte
 * {@code i} is byte {@code i % 8}, the lowest first, of the {@code i / 8}th number of SplitMix64 seeded with 42.
 *
 * <p>An instance reads it once from its beginning; it is not thread-safe.
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

    /** The first bytes of the sequence, to be filled {@link #CHUNK} by {@link #CHUNK}. */
    static SeededBytes first(long bytes) {
        return new SeededBytes(bytes);
    }

    /**
     * The first bytes of the sequence. A chunk is allocated when it is requested, and belongs to the subscriber.
     *
     * @param bytes   how many
     * @param buffers where the chunks are allocated
     * @return a cold publisher; each subscriber gets the same
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

    /** The length of the next chunk, 0 at the end. */
    int nextLength() {
        return (int) Math.min(CHUNK, remaining);
    }

    /** Writes the next chunk. The room in the target must be {@link #nextLength()}. */
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
