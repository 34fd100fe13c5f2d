package io.fdflux.posix.socket;

import io.fdflux.posix.Errno;
import io.fdflux.posix.PeerCredentials;
import io.fdflux.posix.ffi.CStruct;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.RawSocketOptions;
import io.fdflux.posix.platform.Platform;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Reads the credentials of a Unix-domain socket's peer from the kernel. Thread-safe. */
public final class PeerCredentialsCalls {

    /** The offsets in a system's structure; {@link #NONE} for a structure without a process. */
    private record Layout(String struct, int bytes, int level, int option, Field pid, Field uid, Field gid) {}

    private record Field(String name, int offset) {}

    private static final String XUCRED = "struct xucred";
    private static final Field XUCRED_UID = new Field("cr_uid", 4);
    private static final Field XUCRED_GID = new Field("cr_groups", 12);
    private static final int XUCRED_GROUPS_BYTES = 64;
    private static final Field NONE = new Field("", PeerCredentials.UNKNOWN);

    private static final Layout LAYOUT = layout(Platform.current().os());

    private static Layout layout(Platform.Os os) {
        return switch (os) {
            case LINUX -> // unix(7), SO_PEERCRED
                new Layout(
                        "struct ucred",
                        12,
                        Constants.value("SOL_SOCKET"),
                        Constants.value("SO_PEERCRED"),
                        new Field("pid", 0),
                        new Field("uid", 4),
                        new Field("gid", 8));
            case OPENBSD -> // getsockopt(2), SO_PEERCRED
                new Layout(
                        "struct sockpeercred",
                        12,
                        Constants.value("SOL_SOCKET"),
                        Constants.value("SO_PEERCRED"),
                        new Field("pid", 8),
                        new Field("uid", 0),
                        new Field("gid", 4));
            case NETBSD -> // unix(4), LOCAL_PEEREID
                new Layout(
                        "struct unpcbid",
                        12,
                        Constants.value("SOL_LOCAL"),
                        Constants.value("LOCAL_PEEREID"),
                        new Field("unp_pid", 0),
                        new Field("unp_euid", 4),
                        new Field("unp_egid", 8));
            case FREEBSD -> // unix(4), LOCAL_PEERCRED
                xucred(88, new Field("cr_pid", 80));
            case MACOS -> // unix(4); LOCAL_PEERPID has the process
                xucred(76, NONE);
            case DRAGONFLY -> xucred(88, NONE);
        };
    }

    private static Layout xucred(int bytes, Field pid) {
        return new Layout(
                XUCRED,
                bytes,
                Constants.value("SOL_LOCAL"),
                Constants.value("LOCAL_PEERCRED"),
                pid,
                XUCRED_UID,
                XUCRED_GID);
    }

    private PeerCredentialsCalls() {}

    /**
     * The credentials of a socket's peer.
     *
     * @param fd a connected Unix-domain stream socket
     * @return its peer's credentials
     * @throws IOException if it is not connected, or another kind of descriptor
     */
    public static PeerCredentials of(int fd) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(LAYOUT.bytes(), Long.BYTES);
            int result = RawSocketOptions.get(arena, fd, LAYOUT.level(), LAYOUT.option(), value);
            PeerCredentials credentials =
                    new PeerCredentials(pid(arena, fd, value), at(value, LAYOUT.uid()), at(value, LAYOUT.gid()));
            int errno = errno(result, credentials);
            if (errno != 0) {
                throw Errno.exception("getsockopt", "descriptor " + fd + ", peer credentials", errno);
            }
            return credentials;
        }
    }

    /** Translates each system's report of a socket without a peer to ENOTCONN. */
    static int errno(int result, PeerCredentials credentials) {
        if (result == -Errno.EINVAL) {
            return Errno.ENOTCONN; // NetBSD: LOCAL_PEEREID in unix(4)
        }
        if (result < 0) {
            return -result;
        }
        if (credentials.pid() == 0 && credentials.uid() == -1) {
            return Errno.ENOTCONN; // Linux: cred_to_ucred in net/core/sock.c
        }
        return result < LAYOUT.bytes() ? Errno.EINVAL : 0; // a kernel whose structure differs from the headers
    }

    private static int pid(Arena arena, int fd, MemorySegment credentials) {
        if (LAYOUT.pid() != NONE) {
            int pid = at(credentials, LAYOUT.pid());
            // FreeBSD before 13 leaves cr_pid 0: unix(4).
            return pid == 0 && LAYOUT.struct().equals(XUCRED) ? PeerCredentials.UNKNOWN : pid;
        }
        int option = Constants.find("LOCAL_PEERPID").orElse(PeerCredentials.UNKNOWN);
        MemorySegment value = arena.allocate(ValueLayout.JAVA_INT);
        return option != PeerCredentials.UNKNOWN
                        && RawSocketOptions.get(arena, fd, LAYOUT.level(), option, value) == Integer.BYTES
                ? value.get(ValueLayout.JAVA_INT, 0)
                : PeerCredentials.UNKNOWN;
    }

    private static int at(MemorySegment credentials, Field field) {
        return credentials.get(ValueLayout.JAVA_INT, field.offset());
    }

    static List<CStruct> cStructs() {
        boolean xucred = LAYOUT.struct().equals(XUCRED);
        CStruct struct = CStruct.of(LAYOUT.struct(), LAYOUT.bytes())
                .with(LAYOUT.uid().name(), LAYOUT.uid().offset(), Integer.BYTES)
                .with(LAYOUT.gid().name(), LAYOUT.gid().offset(), xucred ? XUCRED_GROUPS_BYTES : Integer.BYTES);
        return List.of(
                LAYOUT.pid() == NONE
                        ? struct
                        : struct.with(LAYOUT.pid().name(), LAYOUT.pid().offset(), Integer.BYTES));
    }
}
