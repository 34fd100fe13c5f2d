package io.fdflux.netty.file;

import io.fdflux.engine.stream.BufferMemory;
import io.fdflux.posix.Errno;
import io.fdflux.posix.io.Io;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * Lets a {@code FileRegion} transfer itself to a socket without blocking. A region writes until the channel returns 0,
 * so the channel limits the bytes per attempt to give other channels their turn.
 */
final class RegionChannel implements WritableByteChannel {

    private final RegionTarget socket;
    private boolean blocked;
    private int capacity;

    RegionChannel(RegionTarget socket) {
        this.socket = socket;
    }

    /** Begins an attempt that sends at most this many bytes. */
    void start(int bytes) {
        blocked = false;
        capacity = bytes;
    }

    /** {@return whether a write of this attempt would have blocked} */
    boolean blocked() {
        return blocked;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        if (!source.hasRemaining() || capacity == 0 || blocked) {
            return 0;
        }
        if (source.isDirect()) {
            return send(source, MemorySegment.ofBuffer(source).address());
        }
        ByteBuf copy = ByteBufAllocator.DEFAULT.directBuffer(source.remaining());
        try {
            copy.writeBytes(source.duplicate());
            return send(source, BufferMemory.readable(copy));
        } finally {
            copy.release();
        }
    }

    private int send(ByteBuffer source, long address) throws IOException {
        int length = Math.min(source.remaining(), capacity);
        int n = Io.send(socket.fd(), address, length);
        socket.countWrite(n);
        blocked = n < length;
        if (n < 0 && n != -Errno.EAGAIN) {
            throw Errno.exception("send", socket, -n);
        }
        int sent = Math.max(n, 0);
        source.position(source.position() + sent);
        capacity -= sent;
        return sent;
    }

    @Override
    public boolean isOpen() {
        return socket.isOpen();
    }

    @Override
    public void close() {
        // The region does not own the socket.
    }
}
