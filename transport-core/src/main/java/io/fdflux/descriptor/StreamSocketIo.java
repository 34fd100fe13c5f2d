package io.fdflux.descriptor;

import io.fdflux.engine.stream.BufferMemory;
import io.fdflux.engine.stream.Input;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.io.Io;
import io.fdflux.posix.io.OpenFile;
import io.fdflux.posix.socket.GatheredSend;
import io.fdflux.posix.socket.Sockets;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.Collection;

/** A socket that carries bytes, SOCK_STREAM, or one that listens for such sockets. */
final class StreamSocketIo extends SocketIo {

    private final boolean stream;
    private final boolean joinsWrites;
    private GatheredSend gatheredSend;

    StreamSocketIo(Descriptor descriptor, OpenFile file) throws IOException {
        super(descriptor, file);
        stream = Sockets.isStream(descriptor.number());
        joinsWrites = stream || Sockets.joinsWrites(descriptor.number());
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
        return n == 0 ? Input.END : n;
    }

    @Override
    public boolean joinsWrites() {
        return joinsWrites;
    }

    @Override
    public int write(Collection<ByteBuf> buffers) {
        if (gatheredSend == null) {
            gatheredSend = new GatheredSend();
        }
        return gathered(buffers).sendDontWait(number(), gatheredSend);
    }
}
