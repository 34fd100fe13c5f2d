package io.fdflux.engine.stream;

import io.fdflux.posix.io.Io;
import io.fdflux.posix.io.IoVectors;
import io.fdflux.posix.socket.GatheredSend;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Gathers buffers for one call: one buffer goes by send(2), several by writev(2). The buffers stay their owner's, who
 * keeps them until the call has returned. One loop thread.
 */
public final class Gather {

    /** A larger call makes no fewer calls, and keeps other descriptors waiting. */
    public static final int LARGEST_WRITE = 1 << 20;

    private final IoVectors vectors;
    private long asked;

    /** Makes an empty one for as many buffers as one call takes. */
    public Gather() {
        this(IoVectors.LARGEST_CAPACITY);
    }

    /**
     * Makes an empty one.
     *
     * @param capacity the most pieces of a call, 1 to {@value IoVectors#LARGEST_CAPACITY}
     */
    public Gather(int capacity) {
        vectors = new IoVectors(capacity);
    }

    /** {@return the bytes that the last call offered to the kernel} */
    public long asked() {
        return asked;
    }

    /**
     * Whether a buffer can go by {@link #send}: its bytes lie in one piece. Asking a composite for its count of pieces
     * would walk through all of them.
     *
     * @param buffer direct
     * @return true if it can
     */
    public static boolean isSimple(ByteBuf buffer) {
        return !(buffer instanceof CompositeByteBuf) && buffer.nioBufferCount() == 1;
    }

    /**
     * Sends one buffer.
     *
     * @param fd     a socket
     * @param buffer {@linkplain #isSimple simple}
     * @return the bytes taken, 0 without a call for an empty buffer, or {@code -errno}
     */
    public long send(int fd, ByteBuf buffer) {
        asked = Math.min(buffer.readableBytes(), LARGEST_WRITE);
        return asked == 0 ? 0 : Io.send(fd, BufferMemory.readable(buffer), (int) asked);
    }

    /**
     * Sends one buffer, behind which the output ends, as {@link Io#sendBeforeEnd} says.
     *
     * @param fd     a TCP socket
     * @param buffer {@linkplain #isSimple simple}
     * @return the bytes taken, 0 without a call for an empty buffer, or {@code -errno}
     */
    public long sendBeforeEnd(int fd, ByteBuf buffer) {
        asked = Math.min(buffer.readableBytes(), LARGEST_WRITE);
        return asked == 0 ? 0 : Io.sendBeforeEnd(fd, BufferMemory.readable(buffer), (int) asked);
    }

    /** Forgets the buffers of the last call. */
    public void clear() {
        vectors.clear();
    }

    /**
     * Adds the readable bytes of a buffer.
     *
     * @param buffer direct in all its pieces
     * @return whether there is capacity for another one
     */
    public boolean add(ByteBuf buffer) {
        return add(buffer, buffer.readerIndex(), buffer.readableBytes());
    }

    /**
     * Writes the gathered buffers.
     *
     * @param fd a socket
     * @return the bytes taken, 0 without a call if all buffers are empty, or {@code -errno}
     */
    public long writev(int fd) {
        asked = vectors.bytes();
        return vectors.count() == 0 ? 0 : Io.writev(fd, vectors);
    }

    /**
     * Sends the gathered buffers without blocking, whatever the socket's flags say.
     *
     * @param fd   a connected socket
     * @param call makes the call
     * @return the bytes taken, 0 without a call if all buffers are empty, or {@code -errno}
     */
    public int sendDontWait(int fd, GatheredSend call) {
        asked = vectors.bytes();
        return vectors.count() == 0 ? 0 : call.send(fd, vectors);
    }

    private boolean add(ByteBuf buffer, int index, int length) {
        if (length == 0) {
            return true;
        }
        if (buffer instanceof CompositeByteBuf composite) {
            return addComponents(composite, index, length);
        }
        if (buffer.nioBufferCount() == 1) {
            return add(BufferMemory.at(buffer, index, length), length);
        }
        for (ByteBuffer part : buffer.nioBuffers(index, (int) Math.min(length, capacity()))) {
            if (part.hasRemaining() && !add(MemorySegment.ofBuffer(part).address(), part.remaining())) {
                return false;
            }
        }
        return capacity() > 0;
    }

    /**
     * One after the other: an array of views of thousands, of which one call takes some, would be made for each call.
     */
    private boolean addComponents(CompositeByteBuf composite, int index, int length) {
        int end = index + length;
        int last = composite.numComponents() - 1;
        for (int at = index, i = composite.toComponentIndex(index); at < end; i++) {
            // Not the component's own capacity: a buffer may have grown since it was added.
            int next = i == last ? end : Math.min(end, composite.toByteIndex(i + 1));
            if (!add(composite.internalComponent(i), at - composite.toByteIndex(i), next - at)) {
                return false;
            }
            at = next;
        }
        return true;
    }

    private boolean add(long address, int length) {
        return vectors.add(address, (int) Math.min(length, capacity())) && capacity() > 0;
    }

    private long capacity() {
        return LARGEST_WRITE - vectors.bytes();
    }
}
