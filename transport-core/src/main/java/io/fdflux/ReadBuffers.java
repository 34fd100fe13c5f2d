package io.fdflux;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;

/**
 * The buffers that one stream reads into. A stream of bytes gets room for as much as the reads before it found. Where a read
 * takes a message, there is room for the largest one: in a buffer that is kept, from which the message is copied into one of
 * its size. Loop thread only; {@link #release} when the stream ends.
 */
final class ReadBuffers {

    /** A buffer with more room than this is not handed out for a message that may have some bytes. */
    private static final int LARGEST_HANDED_OUT = 16 * 1024;

    private final RecvByteBufAllocator.ExtendedHandle sizes =
            (RecvByteBufAllocator.ExtendedHandle) new AdaptiveRecvByteBufAllocator().newHandle();
    private ByteBuf kept;

    /** An empty buffer with at least so much room. {@link #read} or {@link #unused} must follow. */
    ByteBuf next(int leastCapacity) {
        if (leastCapacity > LARGEST_HANDED_OUT) {
            return kept(leastCapacity);
        }
        sizes.reset(null);
        return leastCapacity > sizes.guess()
                ? ByteBufAllocator.DEFAULT.directBuffer(leastCapacity)
                : BufferMemory.allocate(sizes, ByteBufAllocator.DEFAULT);
    }

    private ByteBuf kept(int leastCapacity) {
        if (kept == null || kept.capacity() < leastCapacity) {
            release();
            kept = ByteBufAllocator.DEFAULT.directBuffer(leastCapacity);
        }
        return kept.clear();
    }

    /** What was read into a buffer of {@link #next}, for the subscriber to release. */
    ByteBuf read(ByteBuf buffer) {
        if (buffer == kept) {
            return BufferMemory.copy(buffer, ByteBufAllocator.DEFAULT);
        }
        sizes.attemptedBytesRead(buffer.capacity());
        sizes.lastBytesRead(buffer.readableBytes());
        sizes.readComplete();
        return buffer;
    }

    /** Nothing was read. */
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
