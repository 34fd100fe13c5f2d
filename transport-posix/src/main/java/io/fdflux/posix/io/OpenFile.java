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
 * Describes the open file description of a descriptor, which other descriptors and processes may share: open(2).
 * {@link #reopen()} opens the file again for this process alone, so that setting O_NONBLOCK does not affect the
 * others. Thread-safe.
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
        /** A regular file, a directory or a block device, on which calls never wait for a peer. */
        FILE,
        /**
         * A file without a type, such as inotify, signalfd and eventfd, or with a type that the system does not report.
         */
        OTHER
    }

    /**
     * Equal for all descriptors of one open file description. It may be equal for different ones too, such as two of
     * one FIFO, or files without an inode of their own.
     *
     * @param device with the file
     * @param inode  its number on that device
     * @param rdev   the device of a special file
     */
    public record Identity(long device, long inode, long rdev) {}

    private static final Identity UNKNOWN = new Identity(0, 0, 0);

    /** Each open of this device makes a new pseudo-terminal: pts(4). */
    private static final String PTY_MULTIPLEXER = "ptmx";

    private static final class Constant {
        static final int F_GETFL = Constants.value("F_GETFL");
        static final int F_SETFL = Constants.value("F_SETFL");
        // Not O_ACCMODE, because musl's includes O_PATH (its include/fcntl.h).
        static final int ACCESS_MODE = Constants.value("O_WRONLY") | Constants.value("O_RDWR");
        static final int NONBLOCK = Constants.value("O_NONBLOCK");
        static final int TO_REOPEN = NONBLOCK | Constants.value("O_NOCTTY") | Constants.value("O_CLOEXEC");
        static final int SOL_SOCKET = Constants.value("SOL_SOCKET");
        static final int SO_TYPE = Constants.value("SO_TYPE");
        static final boolean HAS_PROC = Platform.current().os() == Platform.Os.LINUX;
        /** Differs per architecture: arch/arm64/include/uapi/asm/fcntl.h of Linux has another one than asm-generic. */
        static final int O_DIRECT = Platform.current().arch().equals("aarch64") ? 0200000 : 040000;
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
     * Inspects the open file description of a descriptor.
     *
     * @param descriptor leased by the caller
     * @return its description
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

    /** {@return the kind of file} */
    public Kind kind() {
        return kind;
    }

    /** {@return the identity, equal for all descriptors of this open file description} */
    public Identity identity() {
        return identity;
    }

    /** {@return whether O_NONBLOCK was set when this object was made} */
    public boolean isNonBlocking() {
        return (flags & Constant.NONBLOCK) != 0;
    }

    /**
     * Whether this is a pipe whose writes are packets, O_DIRECT of pipe(2). One writev(2) makes one packet then:
     * pipe_write() in Linux's fs/pipe.c.
     *
     * @return true if it is
     */
    public boolean hasPackets() {
        return kind == Kind.PIPE && Constant.HAS_PROC && (flags & Constant.O_DIRECT) != 0;
    }

    /**
     * Opens a pipe or terminal again, non-blocking and closed on exec, with the same access mode and status flags.
     * Other users of the original open file description are not affected.
     *
     * @return a descriptor with its own open file description, which the caller closes. Empty for another kind of file,
     *     the master of a pseudo-terminal, a FIFO without a reader, a pipe without /proc, and without permission
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
        // Set O_APPEND and O_DIRECT by fcntl(2), because open(2) refuses O_DIRECT for a FIFO: do_dentry_open in
        // Linux's fs/open.c.
        int flagged = RawDescriptors.fcntl(number, Constant.F_SETFL, flags | Constant.NONBLOCK);
        if (flagged < 0 || !identity(FileStatus.of(number)).equals(identity)) {
            RawDescriptors.close(number);
            return null;
        }
        return Descriptor.unshared(number);
    }
}
