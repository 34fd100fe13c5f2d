package io.fdflux.descriptor;

import io.fdflux.engine.stream.BufferMemory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;

/**
 * The buffers that a writer has received and the kernel has not taken, in order. Owns them. Loop thread only.
 *
 * <p>One call writes all of them, unless each write is a message ({@link DescriptorIo#joinsWrites}).
 */
final class PendingBuffers {

    private final ArrayDeque<ByteBuf> buffers = new ArrayDeque<>(WriteMono.PREFETCH);

    boolean isEmpty() {
        return buffers.isEmpty();
    }

    int size() {
        return buffers.size();
    }

    /** Adds a buffer, or a direct copy of it, which the kernel can use. Releases it if copying fails. */
    void add(ByteBuf buffer) {
        buffers.add(direct(buffer));
    }

    private static ByteBuf direct(ByteBuf buffer) {
        if (buffer.isDirect() && buffer.nioBufferCount() == 1) {
            return buffer;
        }
        try {
            return BufferMemory.copy(buffer, ByteBufAllocator.DEFAULT);
        } finally {
            buffer.release();
        }
    }

    /**
     * Writes as many buffers as one call takes, and releases those that are written whole. Not while empty.
     *
     * @return bytes written, or {@code -errno}
     */
    int write(DescriptorIo io) {
        if (buffers.size() == 1 || !io.joinsWrites()) {
            ByteBuf first = buffers.peek();
            int length = first.readableBytes();
            int n = io.write(first);
            if (n == length) {
                buffers.remove().release();
            }
            return n;
        }
        int n = io.write(buffers);
        for (int left = n; left > 0; ) {
            ByteBuf first = buffers.peek();
            int part = Math.min(left, first.readableBytes());
            first.skipBytes(part);
            left -= part;
            if (!first.isReadable()) {
                buffers.remove().release();
            }
        }
        return n;
    }

    /** Releases all buffers, even if one of them was released by somebody else. */
    void release() {
        ByteBuf first = buffers.poll();
        if (first != null) {
            try {
                first.release();
            } finally {
                release();
            }
        }
    }
}
