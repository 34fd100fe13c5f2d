package io.fdflux.engine.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ReferenceCountUtil;
import java.util.Arrays;

/**
 * The staged bytes of one output, in order: their writers were told of success, and the kernel has not taken them yet.
 * Small messages are copied together, large ones are kept by reference. Loop thread only.
 *
 * <pre>
 * message                          | what is kept
 * ---------------------------------+----------------------------------------------------
 * empty                            | nothing
 * the first one                    | a reference: most turns have one message only
 * COPIED_BELOW bytes or more       | a reference
 * smaller                          | a copy, in the last chunk if it fits there
 * the second one, both smaller     | a copy of both
 * </pre>
 */
public final class Stage {

    /** A stage holds no more bytes. What is promised must be bounded, and a larger send is hardly cheaper per byte. */
    public static final int LARGEST = 64 * 1024;

    static final int COPIED_BELOW = 8 * 1024;
    private static final int SMALLEST_CHUNK = 4 * 1024;
    private static final ByteBuf[] NONE = {};
    private static final int FIRST_CAPACITY = 4;

    private ByteBuf[] pieces = NONE;
    private int first;
    private int end;
    private int bytes;
    /** The last piece, if it is a copy. */
    private ByteBuf chunk;

    /** Makes an empty stage. */
    public Stage() {}

    /** {@return the staged bytes} */
    public int bytes() {
        return bytes;
    }

    /** {@return whether nothing is staged} */
    public boolean isEmpty() {
        return bytes == 0;
    }

    /**
     * {@return the staged bytes, if one send(2) can take all of them; null otherwise} The buffer stays this stage's.
     */
    public ByteBuf single() {
        return end - first == 1 && Gather.isSimple(pieces[first]) ? pieces[first] : null;
    }

    /**
     * Stages the readable bytes of a message. If this throws, nothing has changed.
     *
     * @param message   direct in all its pieces; the caller keeps its own reference, and must not change the bytes
     * @param allocator where chunks are from
     */
    public void add(ByteBuf message, ByteBufAllocator allocator) {
        int length = message.readableBytes();
        if (length == 0) {
            return;
        }
        if (bytes == 0 || length >= COPIED_BELOW) {
            append(message.retain());
            chunk = null;
        } else {
            BufferMemory.append(message, chunkFor(length, allocator));
        }
        bytes += length;
    }

    /** A chunk, the last piece, with capacity for some more bytes. */
    private ByteBuf chunkFor(int length, ByteBufAllocator allocator) {
        if (chunk != null && chunk.writableBytes() >= length) {
            return chunk;
        }
        if (chunk == null && end - first == 1 && bytes < COPIED_BELOW) {
            ByteBuf alone = pieces[first];
            ByteBuf together = newChunk(bytes + length, allocator);
            BufferMemory.append(alone, together);
            pieces[first] = together;
            chunk = together;
            alone.release();
        } else {
            ByteBuf fresh = newChunk(Math.max(bytes, length), allocator);
            append(fresh);
            chunk = fresh;
        }
        return chunk;
    }

    /** The more is staged, the larger are the chunks, so that a full stage has a handful. */
    private static ByteBuf newChunk(int atLeast, ByteBufAllocator allocator) {
        int capacity = Math.max(SMALLEST_CHUNK, Integer.highestOneBit(atLeast) * 2);
        return allocator.directBuffer(capacity, capacity);
    }

    private void append(ByteBuf piece) {
        if (end == pieces.length) {
            pieces = Arrays.copyOfRange(pieces, first, Math.max(FIRST_CAPACITY, first + 2 * (end - first)));
            end -= first;
            first = 0;
        }
        pieces[end++] = piece;
    }

    /**
     * Adds all staged bytes to a call.
     *
     * @param gather the call
     * @return whether the call has capacity for more
     */
    public boolean addTo(Gather gather) {
        for (int i = first; i < end; i++) {
            if (!gather.add(pieces[i])) {
                return false;
            }
        }
        return true;
    }

    /**
     * Makes one call for the staged bytes, and takes off what the kernel has taken.
     *
     * @param fd     a socket
     * @param gather of this thread
     * @return the bytes, or {@code -errno}
     */
    public long send(int fd, Gather gather) {
        ByteBuf single = single();
        if (single != null) {
            return taken(gather.send(fd, single));
        }
        gather.clear();
        addTo(gather);
        return taken(gather.writev(fd));
    }

    /**
     * Makes calls for the staged bytes until all are taken, or the kernel takes no more.
     *
     * @param fd     a socket
     * @param gather of this thread
     */
    public void sendAll(int fd, Gather gather) {
        while (!isEmpty() && send(fd, gather) > 0) {}
    }

    private long taken(long result) {
        take(Math.max(result, 0));
        return result;
    }

    /**
     * Takes off the first bytes, which the kernel has taken.
     *
     * @param count how many may be taken off, which may be more than there are
     * @return how many were taken off
     */
    public int take(long count) {
        int left = (int) Math.min(count, bytes);
        int taken = left;
        bytes -= left;
        while (left > 0) {
            ByteBuf piece = pieces[first];
            int readable = piece.readableBytes();
            if (readable > left) {
                piece.skipBytes(left);
                return taken;
            }
            left -= readable;
            pieces[first++] = null;
            ReferenceCountUtil.safeRelease(piece); // a buffer that was released once too often must not keep the others
        }
        if (bytes == 0) {
            first = 0;
            end = 0;
            chunk = null;
        }
        return taken;
    }

    /** Drops what is left: the output has failed, or nobody will send it any more. */
    public void release() {
        take(bytes);
    }
}
