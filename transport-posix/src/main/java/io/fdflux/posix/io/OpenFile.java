package io.fdflux.posix.io;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.RawDescriptors;
import io.fdflux.posix.ffi.RawFiles;
import io.fdflux.posix.ffi.RawSocketOptions;
import io.fdflux.posix.platform.Platform;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The open file behind a descriptor, which other descriptors and processes may share (open(2), "open file
 * description"). It tells what kind of file that is, and opens it again for this process alone, so that O_NONBLOCK need
 * not be set under the others. Any thread.
 */
public final class OpenFile {

    /** Kinds that are read and written differently. */
    public enum Kind {
        /** A socket of any type. */
        SOCKET,
        /** A pipe or FIFO. */
        PIPE,
        /** A terminal, or the master of a pseudo-terminal. */
        TERMINAL,
        /** Another character device: {@code /dev/net/tun}. */
        DEVICE,
        /** A regular file, a directory or a block device: calls do not wait for somebody else. */
        FILE,
        /** What has no file type, such as inotify, signalfd and eventfd; or a type that the system does not tell. */
        OTHER
    }

    /**
     * What descriptors of one open file have in common. Different open files may have it in common too: two of one
     * FIFO, all that have no inode of their own.
     *
     * @param device on which the file is
     * @param inode  its number there
     * @param rdev   the device that it stands for
     */
    public record Identity(long device, long inode, long rdev) {}

    private static final Identity UNKNOWN = new Identity(0, 0, 0);

    /** Every open file of it is another pseudo-terminal, pts(4). */
    private static final String PTY_MULTIPLEXER = "ptmx";

    private static final class Constant {
        static final int F_GETFL = Constants.value("F_GETFL");
        static final int F_SETFL = Constants.value("F_SETFL");
        // O_ACCMODE, which musl has O_PATH in as well.
        static final int ACCESS_MODE = Constants.value("O_WRONLY") | Constants.value("O_RDWR");
        static final int NONBLOCK = Constants.value("O_NONBLOCK");
        static final int TO_REOPEN = NONBLOCK | Constants.value("O_NOCTTY") | Constants.value("O_CLOEXEC");
        static final int SOL_SOCKET = Constants.value("SOL_SOCKET");
        static final int SO_TYPE = Constants.value("SO_TYPE");
        static final boolean HAS_PROC = Platform.current().os() == Platform.Os.LINUX;
    }

    private final Descriptor descriptor;
    private final int flags;
    private final Kind kind;
    private final Identity identity;

    private OpenFile(Descriptor descriptor, int flags, Kind kind, Identity identity) {
        this.descriptor = descriptor;
        this.flags = flags;
        this.kind = kind;
        this.identity = identity;
    }

    /**
     * Looks at what a descriptor has open.
     *
     * @param descriptor leased by the caller
     * @return its open file
     * @throws IOException if the number is not open
     */
    public static OpenFile of(Descriptor descriptor) throws IOException {
        int flags = RawDescriptors.fcntl(descriptor.number(), Constant.F_GETFL, 0);
        if (flags < 0) {
            throw Errno.exception("fcntl", descriptor + ", F_GETFL", -flags);
        }
        int number = descriptor.number();
        if (isSocket(number)) {
            return new OpenFile(descriptor, flags, Kind.SOCKET, identity(FileStatus.of(number)));
        }
        Optional<FileStatus> status = FileStatus.of(number);
        return new OpenFile(descriptor, flags, kind(number, status), identity(status));
    }

    private static boolean isSocket(int number) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment type = arena.allocate(ValueLayout.JAVA_INT);
            return RawSocketOptions.get(arena, number, Constant.SOL_SOCKET, Constant.SO_TYPE, type) >= 0;
        }
    }

    private static Identity identity(Optional<FileStatus> status) {
        return status.map(s -> new Identity(s.device(), s.inode(), s.rdev())).orElse(UNKNOWN);
    }

    private static Kind kind(int number, Optional<FileStatus> status) {
        if (status.isEmpty() || status.get().is("S_IFCHR")) {
            return Terminals.isTerminal(number) ? Kind.TERMINAL : status.isEmpty() ? Kind.OTHER : Kind.DEVICE;
        }
        FileStatus s = status.get();
        if (s.is("S_IFIFO")) {
            return Kind.PIPE;
        }
        return s.is("S_IFREG") || s.is("S_IFDIR") || s.is("S_IFBLK") ? Kind.FILE : Kind.OTHER;
    }

    /** {@return what kind of file it is} */
    public Kind kind() {
        return kind;
    }

    /** {@return what it has in common with other descriptors of the same open file} */
    public Identity identity() {
        return identity;
    }

    /** {@return whether O_NONBLOCK was set when this was made} */
    public boolean isNonBlocking() {
        return (flags & Constant.NONBLOCK) != 0;
    }

    /**
     * Opens a pipe or terminal again, non-blocking and closed on exec, with the access and the status flags that this
     * open file has. The others who share this one do not notice.
     *
     * @return a descriptor of an open file of its own, which the caller closes; nothing where that is not possible:
     *     another kind of file, the master of a pseudo-terminal, no permission, a FIFO that nobody reads, a pipe
     *     without /proc
     */
    public Optional<Descriptor> reopen() {
        if (kind != Kind.PIPE && kind != Kind.TERMINAL || identity == UNKNOWN) {
            return Optional.empty();
        }
        return path().map(this::reopen);
    }

    private Optional<String> path() {
        if (!Constant.HAS_PROC) {
            return kind == Kind.TERMINAL ? Terminals.name(descriptor.number()) : Optional.empty();
        }
        try {
            Path link = FileStatus.proc(descriptor.number());
            Path target = Files.readSymbolicLink(link);
            return target.endsWith(PTY_MULTIPLEXER) ? Optional.empty() : Optional.of(link.toString());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private Descriptor reopen(String path) {
        int number = RawFiles.open(path, flags & Constant.ACCESS_MODE | Constant.TO_REOPEN, RawFiles.NO_MODE);
        if (number < 0) {
            return null;
        }
        // O_APPEND and O_DIRECT come by F_SETFL: open(2) refuses O_DIRECT for a FIFO (do_dentry_open), fcntl(2)
        // does not.
        int flagged = RawDescriptors.fcntl(number, Constant.F_SETFL, flags | Constant.NONBLOCK);
        if (flagged < 0 || !identity(FileStatus.of(number)).equals(identity)) {
            RawDescriptors.close(number);
            return null;
        }
        return Descriptor.unshared(number);
    }
}
