package io.fdflux.descriptor;

import io.fdflux.engine.stream.Connect;
import io.fdflux.engine.stream.Gather;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.io.Io;
import io.fdflux.posix.io.OpenFile;
import io.fdflux.posix.io.Poll;
import io.fdflux.posix.socket.MessageSocket;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.Collection;

/**
 * The operating system's calls on one descriptor. The table shows how they avoid blocking, which depends on the other
 * owners of the open file.
 *
 * <pre>
 * kind                     calls                 does not block because of
 * socket                   recv(2), send(2),     MSG_DONTWAIT; on macOS O_NONBLOCK too, because send(2) ignores the flag
 *                          sendmsg(2)
 * listening socket         accept(2)             O_NONBLOCK as long as it is in use, {@link SharedFlags}
 * made by this library     read(2), write(2),    O_NONBLOCK since its creation
 *                          writev(2)
 * terminal, pipe           read(2), write(2)     an open file of this process's own, {@link OpenFile#reopen}
 * regular file             read(2), write(2)     nothing: they wait for no peer
 * other, or not reopened   read(2), write(2)     O_NONBLOCK as long as it is in use, {@link SharedFlags}
 * </pre>
 */
abstract class PosixIo implements DescriptorIo {

    private final int number;
    private final OpenFile.Identity identity;
    private Gather gather;

    /** Creates the calls on a number that stands for a file, or for the same file opened again. */
    PosixIo(int number, OpenFile file) {
        this.number = number;
        this.identity = file.identity();
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
    public final boolean isOf(Descriptor descriptor) {
        try {
            return OpenFile.of(descriptor).identity().equals(identity);
        } catch (IOException e) {
            return false; // the number is closed
        }
    }

    /**
     * Gathers buffers for one call of {@link #write(Collection)}.
     *
     * @return the call, which holds addresses only: the caller keeps the buffers
     */
    final Gather gathered(Collection<ByteBuf> buffers) {
        if (gather == null) {
            gather = new Gather(WriteMono.PREFETCH); // made late, because most writers have one buffer at a time
        }
        gather.clear();
        for (ByteBuf buffer : buffers) {
            if (!gather.add(buffer)) {
                break;
            }
        }
        return gather;
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
        return Connect.takeError(number);
    }

    /**
     * Asks poll(2). A pipe without a reader has POLLERR on Linux and POLLHUP elsewhere; a reset or closed connection
     * has both.
     */
    @Override
    public boolean isWriteBroken() {
        int events = Poll.now(number, 0);
        return events > 0 && (events & (Poll.ERR | Poll.HUP)) != 0;
    }
}
