package io.fdflux.descriptor;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.io.Io;
import io.fdflux.posix.io.OpenFile;
import io.fdflux.posix.io.Poll;
import io.fdflux.posix.socket.MessageSocket;
import io.fdflux.posix.socket.SocketOption;
import io.fdflux.posix.socket.SocketOptionCalls;
import java.io.IOException;

/**
 * The operating system's calls on one descriptor. How they are kept from waiting depends on who else has the file open:
 *
 * <pre>
 * kind                     calls                     kept from waiting by
 * socket                   recv(2), send(2)          MSG_DONTWAIT; on macOS O_NONBLOCK too, whose send(2) ignores that
 * made by this library     read(2), write(2)         the O_NONBLOCK that it was made with
 * terminal, pipe           read(2), write(2)         an open file of this process's own, {@link OpenFile#reopen}
 * regular file             read(2), write(2)         nothing: they wait for nobody
 * another, or no such one  read(2), write(2)         O_NONBLOCK as long as it is in use, {@link SharedFlags}
 * </pre>
 */
abstract class PosixIo implements DescriptorIo {

    private final int number;

    PosixIo(int number) {
        this.number = number;
    }

    static DescriptorIo open(Descriptor descriptor) throws IOException {
        OpenFile file = OpenFile.of(descriptor);
        if (file.kind() != OpenFile.Kind.SOCKET) {
            return FileDescriptorIo.open(descriptor, file);
        }
        return MessageSocket.has(descriptor.number())
                ? new MessageSocketIo(descriptor, file)
                : new StreamSocketIo(descriptor, file);
    }

    @Override
    public final int number() {
        return number;
    }

    @Override
    public boolean isStream() {
        return false;
    }

    @Override
    public boolean hasEmptyMessages() {
        return false;
    }

    @Override
    public int leastCapacity() {
        return 0;
    }

    @Override
    public int available() {
        return Io.available(number);
    }

    @Override
    public int pendingError() {
        return Math.max(0, SocketOptionCalls.get(number, SocketOption.ERROR));
    }

    /**
     * By poll(2): a pipe without a reader has POLLERR on Linux and POLLHUP elsewhere, what is reset or closed has both.
     */
    @Override
    public boolean isWriteBroken() {
        int events = Poll.now(number, 0);
        return events > 0 && (events & (Poll.ERR | Poll.HUP)) != 0;
    }
}
