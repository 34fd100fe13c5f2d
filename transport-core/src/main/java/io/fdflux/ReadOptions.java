package io.fdflux;

import io.netty.buffer.ByteBufAllocator;
import java.util.Objects;

/** How a descriptor is read: the buffers. Immutable. */
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
     * Sets the largest number of bytes per buffer. It holds for streams of bytes. A descriptor that hands out messages,
     * lines of a terminal or packets delivers one per buffer, whatever its size.
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
     * Sets where buffers come from. They are direct ones, whatever the allocator prefers.
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
