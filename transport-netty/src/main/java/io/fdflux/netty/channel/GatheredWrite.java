package io.fdflux.netty.channel;

import io.fdflux.engine.stream.BufferMemory;
import io.fdflux.netty.file.RegionWriter;
import io.fdflux.posix.Errno;
import io.fdflux.posix.io.Io;
import io.fdflux.posix.io.IoVectors;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.concurrent.FastThreadLocal;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Writes what an outbound buffer has flushed, with as few calls as it can: one buffer by send, several by writev. */
final class GatheredWrite implements ChannelOutboundBuffer.MessageProcessor {

    private static final long LARGEST_WRITE = RegionWriter.LARGEST_WRITE;

    private static final FastThreadLocal<GatheredWrite> OF_LOOP = new FastThreadLocal<>() {
        @Override
        protected GatheredWrite initialValue() {
            return new GatheredWrite();
        }
    };

    private final IoVectors vectors = new IoVectors();
    /** Bytes that the last call offered to the kernel. */
    private long asked;

    private GatheredWrite() {}

    static GatheredWrite ofLoop() {
        return OF_LOOP.get();
    }

    /**
     * Makes one call for the buffers that stand first in a channel's queue.
     *
     * @return whether the socket took all that it was given
     */
    static boolean write(StreamChannel channel, ChannelOutboundBuffer out) throws Exception {
        GatheredWrite gathered = ofLoop();
        long n = gathered.send(channel.number(), out);
        // Kept apart from the thread's instance: the callbacks of removeBytes may write other channels.
        long asked = gathered.asked;
        if (asked > 0) {
            channel.registration().counters().writeCall(n);
        }
        if (n == -Errno.EAGAIN) {
            return false;
        }
        if (n < 0) {
            throw Errno.exception("send", channel, (int) -n);
        }
        out.removeBytes(n);
        return n == asked;
    }

    long asked() {
        return asked;
    }

    /** Bytes written, 0 if only empty buffers are left, or {@code -errno}. */
    long send(int fd, ChannelOutboundBuffer out) throws Exception {
        if (out.size() == 1 && isSimple((ByteBuf) out.current())) {
            ByteBuf only = (ByteBuf) out.current();
            asked = Math.min(only.readableBytes(), LARGEST_WRITE);
            return asked == 0 ? 0 : Io.send(fd, BufferMemory.readable(only), (int) asked);
        }
        vectors.clear();
        out.forEachFlushedMessage(this);
        asked = vectors.bytes();
        return vectors.count() == 0 ? 0 : Io.writev(fd, vectors);
    }

    @Override
    public boolean processMessage(Object message) {
        return message instanceof ByteBuf buffer && add(buffer, buffer.readerIndex(), buffer.readableBytes());
    }

    /** Whether a buffer's bytes lie in one piece. Asking a composite for its count of pieces would walk through all of them. */
    private static boolean isSimple(ByteBuf buffer) {
        return !(buffer instanceof CompositeByteBuf) && buffer.nioBufferCount() == 1;
    }

    /**
     * Adds a part of a buffer.
     *
     * @return whether there is room for more
     */
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
        for (ByteBuffer part : buffer.nioBuffers(index, (int) Math.min(length, room()))) {
            if (part.hasRemaining() && !add(MemorySegment.ofBuffer(part).address(), part.remaining())) {
                return false;
            }
        }
        return room() > 0;
    }

    /** One after the other: an array of views of thousands, of which one call takes some, would be made for each call. */
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
        return vectors.add(address, (int) Math.min(length, room())) && room() > 0;
    }

    private long room() {
        return LARGEST_WRITE - vectors.bytes();
    }
}
