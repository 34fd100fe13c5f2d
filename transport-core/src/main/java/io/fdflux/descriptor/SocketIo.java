package io.fdflux.descriptor;

import io.fdflux.engine.stream.BufferMemory;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.io.Io;
import io.fdflux.posix.io.OpenFile;
import io.fdflux.posix.io.Poll;
import io.fdflux.posix.platform.Platform;
import io.fdflux.posix.socket.SocketAddressBuffer;
import io.fdflux.posix.socket.Sockets;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.function.Consumer;

/** Sockets of all types; their O_NONBLOCK flag stays unchanged, except for {@link #accept}. */
abstract class SocketIo extends PosixIo {

    /** On macOS only the socket's flag keeps send(2) from blocking: sosendcheck() in XNU's bsd/kern/uipc_socket.c. */
    private static final boolean SEND_NEEDS_FLAG = Platform.current().os() == Platform.Os.MACOS;

    private final Descriptor descriptor;
    private final OpenFile file;
    private SharedFlags.Lease flag;
    /** Of the last accepted connection; null before the first. */
    private SocketAddressBuffer peer;

    SocketIo(Descriptor descriptor, OpenFile file) throws IOException {
        super(descriptor.number(), file);
        this.descriptor = descriptor;
        this.file = file;
        if (SEND_NEEDS_FLAG) {
            requireFlag();
        }
    }

    private void requireFlag() throws IOException {
        if (flag == null && !file.isNonBlocking()) {
            flag = SharedFlags.lease(descriptor, file);
        }
    }

    @Override
    public int write(ByteBuf buffer) {
        int n = Io.sendDontWait(number(), BufferMemory.readable(buffer), buffer.readableBytes());
        if (n > 0) {
            buffer.skipBytes(n);
        }
        return n;
    }

    /** Needs the flag, because accept(2) has none for one call, and another process may take the connection first. */
    @Override
    public int accept(Consumer<Descriptor> connections) throws IOException {
        if (peer == null) {
            requireFlag();
            peer = new SocketAddressBuffer();
        }
        if (flag != null && !flag.mayCall(number(), Poll.IN)) {
            return -Errno.EAGAIN;
        }
        int connection = Sockets.accept(number(), peer);
        if (connection < 0) {
            return connection;
        }
        connections.accept(Descriptor.unshared(connection));
        return 0;
    }

    @Override
    public void close() {
        if (flag != null) {
            flag.release();
        }
    }
}
