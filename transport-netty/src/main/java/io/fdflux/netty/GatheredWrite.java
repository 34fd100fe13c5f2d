package io.fdflux.netty;

import io.fdflux.BufferMemory;
import io.fdflux.posix.Io;
import io.fdflux.posix.IoVectors;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.concurrent.FastThreadLocal;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Writes what an outbound buffer has flushed, with as few calls as it can: one buffer by send, several by writev. */
final class GatheredWrite implements ChannelOutboundBuffer.MessageProcessor {

    /** A call that takes more makes no fewer calls, and keeps other channels waiting. */
    private static final long LARGEST_WRITE = 1 << 20;

    private static final FastThreadLocal<GatheredWrite> OF_LOOP = new FastThreadLocal<>() {
        @Override
        protected GatheredWrite initialValue() {
            return new GatheredWrite();
        }
    };

    private final IoVectors vectors = new IoVectors();
    private long asked;

    private GatheredWrite() {}

    static GatheredWrite ofLoop() {
        return OF_LOOP.get();
    }

    /** Bytes that the last write offered to the kernel. */
    long asked() {
        return asked;
    }

    /**
     * Makes one call.
     *
     * @return bytes written, 0 if only empty buffers are left, or {@code -errno}
     */
    long write(int fd, ChannelOutboundBuffer out) throws Exception {
        if (out.size() == 1 && ((ByteBuf) out.current()).nioBufferCount() == 1) {
            ByteBuf only = (ByteBuf) out.current();
            asked = only.readableBytes();
            return asked == 0 ? 0 : Io.send(fd, BufferMemory.readable(only), only.readableBytes());
        }
        vectors.clear();
        out.forEachFlushedMessage(this);
        asked = vectors.bytes();
        return vectors.count() == 0 ? 0 : Io.writev(fd, vectors);
    }

    @Override
    public boolean processMessage(Object message) {
        return message instanceof ByteBuf buffer && add(buffer) && vectors.bytes() < LARGEST_WRITE;
    }

    private boolean add(ByteBuf buffer) {
        if (buffer.nioBufferCount() == 1) {
            return !buffer.isReadable() || vectors.add(BufferMemory.readable(buffer), buffer.readableBytes());
        }
        for (ByteBuffer part : buffer.nioBuffers()) {
            if (part.hasRemaining() && !vectors.add(MemorySegment.ofBuffer(part).address(), part.remaining())) {
                return false;
            }
        }
        return true;
    }
}
