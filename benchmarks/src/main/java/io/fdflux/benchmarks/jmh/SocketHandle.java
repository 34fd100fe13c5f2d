package io.fdflux.benchmarks.jmh;

import io.fdflux.engine.Engine;
import io.fdflux.engine.Handle;
import io.fdflux.engine.Registration;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.io.Io;
import java.lang.foreign.Arena;

/** A socket on an engine that is read whenever it is ready. Counts its reads. */
final class SocketHandle implements Handle {

    private static final int BYTES = 64;

    private final Descriptor socket;
    private final long memory;
    private final Registration registration;
    private long reads;

    SocketHandle(Engine engine, Descriptor socket, Arena arena) {
        this.socket = socket;
        this.memory = arena.allocate(BYTES).address();
        this.registration = engine.register(this);
        registration.wantRead();
    }

    long reads() {
        return reads;
    }

    @Override
    public int fd() {
        return socket.number();
    }

    @Override
    public boolean isStream() {
        return true;
    }

    @Override
    public void attemptRead() {
        int read = Io.recv(socket.number(), memory, BYTES);
        if (read == -Errno.EAGAIN) {
            registration.onReadWouldBlock();
        } else if (read > 0) {
            reads++;
            registration.onRead(BYTES, read);
        } else {
            throw new IllegalStateException("recv on " + socket + " returns " + read);
        }
    }

    @Override
    public void attemptWrite() {
        throw new IllegalStateException("nothing is written to " + socket);
    }

    @Override
    public void onHangup() {
        close();
    }

    @Override
    public void onWatchRefused(int errno) {
        throw new IllegalStateException("the kernel does not watch " + socket + ": errno " + errno);
    }

    @Override
    public void close() {
        registration.closing(false);
        registration.cancel();
        socket.closeUnchecked();
    }
}
