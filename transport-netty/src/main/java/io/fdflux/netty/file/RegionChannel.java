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
 * What a {@code FileRegion} transfers itself to: a socket, without blocking. A region goes on as long as it is taken,
 * so no more is taken in one attempt than leaves other channels their turn.
 */
final class RegionChannel implements WritableByteChannel {

    private final RegionTarget socket;
    private boolean blocked;
    private int room;

    RegionChannel(RegionTarget socket) {
        this.socket = socket;
    }

    /** Begins an attempt that takes so many bytes at most. */
    void start(int bytes) {
        blocked = false;
        room = bytes;
    }

    /** Whether a write of this attempt met a full socket. */
    boolean blocked() {
        return blocked;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        if (!source.hasRemaining() || room == 0 || blocked) {
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
        int length = Math.min(source.remaining(), room);
        int n = Io.send(socket.fd(), address, length);
        socket.countWrite(n);
        blocked = n < length;
        if (n < 0 && n != -Errno.EAGAIN) {
            throw Errno.exception("send", socket, -n);
        }
        int sent = Math.max(n, 0);
        source.position(source.position() + sent);
        room -= sent;
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
