package io.fdflux;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.io.Io;
import io.fdflux.posix.io.OpenFile;
import io.fdflux.posix.socket.Sockets;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** A socket that carries bytes, SOCK_STREAM. */
final class StreamSocketIo extends SocketIo {

    private final boolean stream;

    StreamSocketIo(Descriptor descriptor, OpenFile file) throws IOException {
        super(descriptor, file);
        stream = Sockets.isStream(descriptor.number());
    }

    @Override
    public boolean isStream() {
        return stream;
    }

    @Override
    public int read(ByteBuf buffer) {
        int length = buffer.writableBytes();
        int n = Io.recvDontWait(number(), BufferMemory.writable(buffer, length), length);
        if (n > 0) {
            buffer.writerIndex(buffer.writerIndex() + n);
        }
        return n == 0 ? END : n;
    }
}
