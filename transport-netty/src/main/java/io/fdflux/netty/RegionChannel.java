package io.fdflux.netty;

import io.fdflux.posix.Errno;
import io.fdflux.posix.Io;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** What a {@code FileRegion} transfers itself to: a socket, without blocking. */
final class RegionChannel implements WritableByteChannel {

    private final FdStreamChannel socket;
    private boolean blocked;

    RegionChannel(FdStreamChannel socket) {
        this.socket = socket;
    }

    /** Whether the last write met a full socket. */
    boolean blocked() {
        return blocked;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        blocked = false;
        if (!source.hasRemaining()) {
            return 0;
        }
        if (source.isDirect()) {
            return send(source, MemorySegment.ofBuffer(source).address());
        }
        ByteBuf copy = ByteBufAllocator.DEFAULT.directBuffer(source.remaining());
        try {
            copy.writeBytes(source.duplicate());
            return send(source, io.fdflux.BufferMemory.readable(copy));
        } finally {
            copy.release();
        }
    }

    private int send(ByteBuffer source, long address) throws IOException {
        int length = source.remaining();
        int n = Io.send(socket.number(), address, length);
        socket.registration().counters().writeCall(Math.max(n, 0));
        blocked = n < length;
        if (n < 0 && n != -Errno.EAGAIN) {
            throw Errno.exception("send", socket, -n);
        }
        int sent = Math.max(n, 0);
        source.position(source.position() + sent);
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
