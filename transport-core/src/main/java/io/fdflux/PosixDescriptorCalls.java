package io.fdflux;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Io;
import io.fdflux.posix.SocketOption;
import io.fdflux.posix.SocketOptionCalls;
import io.fdflux.posix.Sockets;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** The operating system's calls. */
final class PosixDescriptorCalls implements DescriptorCalls {

    static final DescriptorCalls INSTANCE = new PosixDescriptorCalls();

    private PosixDescriptorCalls() {}

    @Override
    public boolean nonBlocking(Descriptor descriptor, boolean nonBlocking) throws IOException {
        return descriptor.nonBlocking(nonBlocking);
    }

    @Override
    public boolean isStream(Descriptor descriptor) {
        return Sockets.isStream(descriptor.number());
    }

    @Override
    public int read(Descriptor descriptor, ByteBuf buffer) {
        int length = buffer.writableBytes();
        int n = Io.read(descriptor.number(), BufferMemory.writable(buffer, length), length);
        if (n > 0) {
            buffer.writerIndex(buffer.writerIndex() + n);
        }
        return n;
    }

    @Override
    public int write(Descriptor descriptor, ByteBuf buffer) {
        int n = Io.write(descriptor.number(), BufferMemory.readable(buffer), buffer.readableBytes());
        if (n > 0) {
            buffer.skipBytes(n);
        }
        return n;
    }

    @Override
    public int available(Descriptor descriptor) {
        return Io.available(descriptor.number());
    }

    @Override
    public int pendingError(Descriptor descriptor) {
        return Math.max(0, SocketOptionCalls.get(descriptor.number(), SocketOption.ERROR));
    }
}
