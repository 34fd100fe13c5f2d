package io.fdflux.engine.stream;

import io.fdflux.posix.io.Memory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.lang.foreign.MemorySegment;

/**
 * Where a direct buffer's bytes are. An address is good for as long as the buffer is neither released nor grown, and
 * while the caller keeps it reachable.
 */
public final class BufferMemory {

    private BufferMemory() {}

    /**
     * Replaces an empty heap buffer, which the kernel cannot use, by a direct one. An allocator may prefer the heap.
     *
     * @param buffer    empty; released if it is replaced
     * @param allocator where the direct one is from
     * @return an empty direct buffer; the caller releases it
     */
    public static ByteBuf direct(ByteBuf buffer, ByteBufAllocator allocator) {
        if (buffer.isDirect()) {
            return buffer;
        }
        int capacity = buffer.writableBytes();
        buffer.release();
        return allocator.directBuffer(capacity);
    }

    /**
     * Copies readable bytes into memory that the kernel can use.
     *
     * @param source    what to copy; stays as it is
     * @param allocator where the copy is from
     * @return a direct buffer of one component, which the caller releases; if copying fails, none is left
     */
    public static ByteBuf copy(ByteBuf source, ByteBufAllocator allocator) {
        ByteBuf direct = allocator.directBuffer(source.readableBytes());
        try {
            return direct.writeBytes(source, source.readerIndex(), source.readableBytes());
        } catch (Throwable t) {
            direct.release();
            throw t;
        }
    }

    /**
     * Copies the readable bytes of a buffer behind those of another.
     *
     * @param source direct in all its pieces; stays as it is
     * @param target a direct buffer of one component, with capacity for them
     */
    static void append(ByteBuf source, ByteBuf target) {
        int length = source.readableBytes();
        if (Gather.isSimple(source)) {
            Memory.copy(readable(source), writable(target, length), length);
            target.writerIndex(target.writerIndex() + length);
        } else {
            target.writeBytes(source, source.readerIndex(), length);
        }
    }

    /**
     * The address of the readable bytes.
     *
     * @param buffer a direct buffer of one component
     * @return the address of the byte at its reader index
     */
    public static long readable(ByteBuf buffer) {
        return at(buffer, buffer.readerIndex(), buffer.readableBytes());
    }

    /**
     * The address of writable bytes.
     *
     * @param buffer a direct buffer of one component
     * @param length how many will be written at most
     * @return the address of the byte at its writer index
     */
    public static long writable(ByteBuf buffer, int length) {
        return at(buffer, buffer.writerIndex(), length);
    }

    /**
     * The address of some bytes.
     *
     * @param buffer a direct buffer of one component
     * @param index  where they begin
     * @param length how many
     * @return the address of the byte at the index
     */
    public static long at(ByteBuf buffer, int index, int length) {
        if (!buffer.isDirect()) {
            throw new IllegalArgumentException("the kernel needs a direct buffer, not " + buffer);
        }
        if (buffer.hasMemoryAddress()) {
            if (index < 0 || length < 0 || index > buffer.capacity() - length) {
                throw new IndexOutOfBoundsException(length + " bytes at " + index + " of " + buffer);
            }
            return buffer.memoryAddress() + index;
        }
        // Without Unsafe, Netty's buffers may not tell their address; their NIO view does, at its position.
        return MemorySegment.ofBuffer(buffer.internalNioBuffer(index, length)).address();
    }
}
