package io.fdflux.descriptor;

import io.fdflux.engine.stream.BufferMemory;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.io.Io;
import io.fdflux.posix.io.OpenFile;
import io.fdflux.posix.platform.Platform;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** Sockets of all types; their O_NONBLOCK flag stays unchanged. */
abstract class SocketIo extends PosixIo {

    /** On macOS only the socket's flag keeps send(2) from blocking: sosendcheck() in XNU's bsd/kern/uipc_socket.c. */
    private static final boolean SEND_NEEDS_FLAG = Platform.current().os() == Platform.Os.MACOS;

    private final SharedFlags.Lease flag;

    SocketIo(Descriptor descriptor, OpenFile file) throws IOException {
        super(descriptor.number());
        flag = SEND_NEEDS_FLAG && !file.isNonBlocking() ? SharedFlags.lease(descriptor, file) : null;
    }

    @Override
    public int write(ByteBuf buffer) {
        int n = Io.sendDontWait(number(), BufferMemory.readable(buffer), buffer.readableBytes());
        if (n > 0) {
            buffer.skipBytes(n);
        }
        return n;
    }

    @Override
    public void close() {
        if (flag != null) {
            flag.release();
        }
    }
}
