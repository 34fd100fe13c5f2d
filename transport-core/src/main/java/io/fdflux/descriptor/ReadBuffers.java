package io.fdflux.descriptor;

import io.fdflux.engine.stream.BufferMemory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;

/**
 * Allocates the read buffers of one stream. For a byte stream, the capacity is fixed or follows the size of earlier
 * reads. A message must fit whole, so large messages are read into a reusable buffer and copied into one of their own
 * size. Loop thread only; {@link #release} when the stream ends.
 */
final class ReadBuffers {

    /** The capacity up to which a buffer is delivered as it is, even for a message of a few bytes. */
    private static final int LARGEST_HANDED_OUT = 16 * 1024;

    private final int chunkSize;
    private final ByteBufAllocator allocator;
    private final RecvByteBufAllocator.ExtendedHandle sizes =
            (RecvByteBufAllocator.ExtendedHandle) new AdaptiveRecvByteBufAllocator().newHandle();
    private ByteBuf kept;

    /**
     * Creates an allocator of buffers.
     *
     * @param chunkSize capacity of the buffers of a byte stream; 0 to follow earlier reads
     */
    ReadBuffers(int chunkSize, ByteBufAllocator allocator) {
        this.chunkSize = chunkSize;
        this.allocator = allocator;
    }

    /**
     * Allocates an empty buffer. {@link #read} or {@link #unused} must follow.
     *
     * @param leastCapacity maximum bytes of the next message; 0 for a byte stream
     */
    ByteBuf next(int leastCapacity) {
        if (leastCapacity > LARGEST_HANDED_OUT) {
            return kept(leastCapacity);
        }
        if (leastCapacity == 0 && chunkSize > 0) {
            return allocator.directBuffer(chunkSize, chunkSize);
        }
        sizes.reset(null);
        return leastCapacity > sizes.guess()
                ? allocator.directBuffer(leastCapacity)
                : BufferMemory.direct(sizes.allocate(allocator), allocator);
    }

    private ByteBuf kept(int leastCapacity) {
        if (kept == null || kept.capacity() < leastCapacity) {
            release();
            kept = allocator.directBuffer(leastCapacity);
        }
        return kept.clear();
    }

    /** {@return the buffer to deliver after a read into a buffer of {@link #next}} The subscriber releases it. */
    ByteBuf read(ByteBuf buffer) {
        if (buffer == kept) {
            return BufferMemory.copy(buffer, allocator);
        }
        sizes.attemptedBytesRead(buffer.capacity());
        sizes.lastBytesRead(buffer.readableBytes());
        if (buffer.isWritable()) {
            sizes.readComplete(); // a full buffer has counted: it would be the first of the two that shrink the next
        }
        return buffer;
    }

    /** Takes back an unused buffer of {@link #next}. */
    void unused(ByteBuf buffer) {
        if (buffer != kept) {
            buffer.release();
        }
    }

    void release() {
        if (kept != null) {
            kept.release();
            kept = null;
        }
    }
}
