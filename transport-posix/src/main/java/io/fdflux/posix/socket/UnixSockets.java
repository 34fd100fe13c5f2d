package io.fdflux.posix.socket;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Objects;

/**
 * Unix-domain sockets: made non-blocking and closed on exec, as {@link Sockets} are, whose other calls serve them too.
 * Any thread.
 *
 * <p>Names are paths, at most 107 bytes on Linux and 103 elsewhere; on Linux also names of the abstract namespace,
 * which begin with a NUL and vanish with their socket. The file that bind makes stays when the socket is closed.
 */
public final class UnixSockets {

    private UnixSockets() {}

    /**
     * Makes a stream socket.
     *
     * @return the socket; the caller closes it
     * @throws IOException if there are no descriptors left
     */
    public static Descriptor stream() throws IOException {
        return Sockets.open("AF_UNIX", "SOCK_STREAM");
    }

    /**
     * Makes a datagram socket. Its datagrams keep their order, and none is lost: with a full receiver, sending fails.
     *
     * @return the socket; the caller closes it
     * @throws IOException if there are no descriptors left
     */
    public static Descriptor datagram() throws IOException {
        return Sockets.open("AF_UNIX", "SOCK_DGRAM");
    }

    /**
     * bind(2).
     *
     * @param fd   a Unix-domain socket
     * @param path its name
     * @throws IOException if the name can't be one (too long: ENAMETOOLONG), a file of that name exists (a
     *     {@link java.net.BindException}), its directory is missing (a {@link java.io.FileNotFoundException}) or
     *     not writable
     */
    public static void bind(int fd, String path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            SocketAddressBuffer buffer = new SocketAddressBuffer(arena);
            int result = Sockets.bind(fd, buffer, buffer.encode(UnixName.of("bind", path)));
            if (result < 0) {
                throw Errno.exception("bind", shown(path), -result);
            }
        }
    }

    /**
     * connect(2). A stream socket is connected at once: {@code -EAGAIN} says that the listener's backlog is full.
     *
     * @param fd   a Unix-domain socket
     * @param path the listener's name
     * @return 0 or {@code -errno}
     * @throws IOException if the name can't be one
     */
    public static int connect(int fd, String path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            SocketAddressBuffer buffer = new SocketAddressBuffer(arena);
            return Sockets.connect(fd, buffer, buffer.encode(UnixName.of("connect", path)));
        }
    }

    /**
     * The name that a socket is bound to.
     *
     * @param fd a Unix-domain socket
     * @return the name, or null if it has none
     */
    public static String localPath(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            SocketAddressBuffer buffer = new SocketAddressBuffer(arena);
            return Sockets.localAddress(fd, buffer) < 0 ? null : buffer.decodePath();
        }
    }

    /**
     * The name that a socket's peer is bound to.
     *
     * @param fd a Unix-domain socket
     * @return the name, empty if it has none; null if there is no peer
     */
    public static String remotePath(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            SocketAddressBuffer buffer = new SocketAddressBuffer(arena);
            return Sockets.remoteAddress(fd, buffer) < 0 ? null : Objects.requireNonNullElse(buffer.decodePath(), "");
        }
    }

    /**
     * Checks a name without using it.
     *
     * @param call what it is for, for the message: {@code sendto}
     * @param path the name
     * @throws IOException if the name can't be one
     */
    public static void checkName(String call, String path) throws IOException {
        UnixName.of(call, path);
    }

    /** For messages: the abstract namespace's NUL as ss(8) prints it. */
    static String shown(String path) {
        return path.replace('\0', '@');
    }
}
