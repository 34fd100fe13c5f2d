package io.fdflux.descriptor;

import io.fdflux.engine.stream.BufferMemory;
import io.fdflux.engine.stream.Input;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.io.Io;
import io.fdflux.posix.io.OpenFile;
import io.fdflux.posix.io.OpenFile.Kind;
import io.fdflux.posix.io.Poll;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.Collection;

/** Descriptors for read(2) and write(2). */
final class FileDescriptorIo extends PosixIo {

    /**
     * At least a line of a terminal (N_TTY_BUF_SIZE), an event of inotify(7), or a packet of pipe(2), each at most
     * 4,096 bytes.
     */
    private static final int SMALL_MESSAGE = 4096;

    private static final int PACKET = Math.max(SMALL_MESSAGE, Pipes.largestPacket());

    private final Kind kind;
    private final Descriptor reopened;
    private final SharedFlags.Lease flag;
    private final boolean joinsWrites;

    private FileDescriptorIo(int number, OpenFile file, Descriptor reopened, SharedFlags.Lease flag) {
        super(number, file);
        this.kind = file.kind();
        this.reopened = reopened;
        this.flag = flag;
        // Each write to a device or to a file without a type may be a message: tun, eventfd.
        joinsWrites =
                flag == null && (kind == Kind.FILE || kind == Kind.TERMINAL || kind == Kind.PIPE && !file.hasPackets());
    }

    static FileDescriptorIo open(Descriptor descriptor, OpenFile file) throws IOException {
        boolean ours = descriptor.isUnshared() && file.isNonBlocking();
        if (ours || file.kind() == Kind.FILE) {
            return new FileDescriptorIo(descriptor.number(), file, null, null);
        }
        Descriptor own = file.reopen().orElse(null);
        return own != null
                ? new FileDescriptorIo(own.number(), file, own, null)
                : new FileDescriptorIo(descriptor.number(), file, null, SharedFlags.lease(descriptor, file));
    }

    @Override
    public boolean neverBlocks() {
        return kind == Kind.FILE;
    }

    @Override
    public int leastCapacity() {
        return switch (kind) {
            case FILE -> 0;
            case PIPE -> PACKET;
            case DEVICE -> MessageSocketIo.CAPACITY; // tun(4) truncates packets that do not fit
            default -> SMALL_MESSAGE;
        };
    }

    @Override
    public int read(ByteBuf buffer) {
        if (flag != null && !flag.mayCall(number(), Poll.IN)) {
            return -Errno.EAGAIN;
        }
        int length = buffer.writableBytes();
        int n = Io.read(number(), BufferMemory.writable(buffer, length), length);
        if (n > 0) {
            buffer.writerIndex(buffer.writerIndex() + n);
        }
        return n == 0 || n == -Errno.EIO && hasHungUp() ? Input.END : n;
    }

    /**
     * Linux returns EIO to the master of a pseudo-terminal whose other side is closed (n_tty_read() in
     * drivers/tty/n_tty.c, TTY_OTHER_CLOSED). It returns EIO for a forbidden background read too (read(2)), which is
     * an error.
     */
    private boolean hasHungUp() {
        return kind == Kind.TERMINAL && (Poll.now(number(), 0) & Poll.HUP) != 0;
    }

    @Override
    public int write(ByteBuf buffer) {
        int length = buffer.readableBytes();
        if (flag != null) {
            if (!flag.mayCall(number(), Poll.OUT)) {
                return -Errno.EAGAIN;
            }
            length = flag.limit(length);
        }
        int n = Io.write(number(), BufferMemory.readable(buffer), length);
        if (n > 0) {
            buffer.skipBytes(n);
        }
        return n;
    }

    @Override
    public boolean joinsWrites() {
        return joinsWrites;
    }

    @Override
    public int write(Collection<ByteBuf> buffers) {
        return (int) gathered(buffers).writev(number());
    }

    /**
     * Counts a terminal's bytes after a poll(2). FIONREAD counts only bytes in the line discipline, and poll(2) moves
     * all bytes there (n_tty_poll() in drivers/tty/n_tty.c).
     */
    @Override
    public int available() {
        if (kind == Kind.TERMINAL && (Poll.now(number(), Poll.IN) & Poll.IN) != 0) {
            return Math.max(1, super.available());
        }
        return super.available();
    }

    @Override
    public int pendingError() {
        return 0;
    }

    @Override
    public void close() {
        if (reopened != null) {
            reopened.closeUnchecked();
        }
        if (flag != null) {
            flag.release();
        }
    }
}
