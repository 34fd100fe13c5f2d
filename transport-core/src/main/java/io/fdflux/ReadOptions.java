package io.fdflux;

import io.netty.buffer.ByteBufAllocator;
import java.util.Objects;

/** The buffers for reading a descriptor. Immutable. */
public final class ReadOptions {

    private static final ReadOptions DEFAULTS = new ReadOptions(0, ByteBufAllocator.DEFAULT);

    private final int chunkSize;
    private final ByteBufAllocator allocator;

    private ReadOptions(int chunkSize, ByteBufAllocator allocator) {
        this.chunkSize = chunkSize;
        this.allocator = allocator;
    }

    /** {@return buffers of Netty's default allocator, each as large as earlier reads of the stream suggest} */
    public static ReadOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Sets the largest number of bytes per buffer of a byte stream. A descriptor with messages, lines or packets
     * delivers one of them per buffer, whatever its size.
     *
     * @param bytes positive
     * @return new options
     */
    public ReadOptions chunkSize(int bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("a chunk has at least one byte, not " + bytes);
        }
        return new ReadOptions(bytes, allocator);
    }

    /**
     * Sets the allocator of the buffers. They are direct buffers, whatever the allocator prefers.
     *
     * @param buffers thread-safe
     * @return new options
     */
    public ReadOptions allocator(ByteBufAllocator buffers) {
        return new ReadOptions(chunkSize, Objects.requireNonNull(buffers, "buffers"));
    }

    int chunkSize() {
        return chunkSize;
    }

    ByteBufAllocator allocator() {
        return allocator;
    }

    @Override
    public String toString() {
        return "ReadOptions[chunkSize=" + (chunkSize == 0 ? "adaptive" : chunkSize) + ", allocator=" + allocator + "]";
    }
}
