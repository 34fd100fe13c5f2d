package io.fdflux.posix.socket;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Objects;

/**
 * Makes, binds and connects Unix-domain sockets, non-blocking and closed on exec. {@link Sockets} has the calls that
 * all families share. Thread-safe.
 *
 * <p>A name is a path of at most 107 bytes on Linux and 103 elsewhere. Linux also has names in the abstract namespace,
 * which begin with a NUL and vanish with their socket: unix(7). The file that bind(2) makes stays after the socket
 * is closed.
 */
public final class UnixSockets {

    private UnixSockets() {}

    /**
     * Makes a stream socket.
     *
     * @return the socket; the caller closes it
     * @throws IOException if the process has no descriptors left
     */
    public static Descriptor stream() throws IOException {
        return Sockets.open("AF_UNIX", "SOCK_STREAM");
    }

    /**
     * Makes a datagram socket. It delivers all datagrams in order, and a send to a full receiver fails.
     *
     * @return the socket; the caller closes it
     * @throws IOException if the process has no descriptors left
     */
    public static Descriptor datagram() throws IOException {
        return Sockets.open("AF_UNIX", "SOCK_DGRAM");
    }

    /**
     * bind(2).
     *
     * @param fd   a Unix-domain socket
     * @param path its name
     * @throws IOException if the name is invalid or too long; a {@link java.net.BindException} if the file exists or
     *     its directory is not writable, a {@link java.io.FileNotFoundException} if the directory is missing
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
     * connect(2). A stream socket connects immediately, or fails with {@code -EAGAIN} if the listener's backlog
     * is full.
     *
     * @param fd   a Unix-domain socket
     * @param path the listener's name
     * @return 0 or {@code -errno}
     * @throws IOException if no socket can have that name
     */
    public static int connect(int fd, String path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            SocketAddressBuffer buffer = new SocketAddressBuffer(arena);
            return Sockets.connect(fd, buffer, buffer.encode(UnixName.of("connect", path)));
        }
    }

    /**
     * The local name of a socket.
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
     * The name of a socket's peer.
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
     * Checks a name.
     *
     * @param call the call for the message, such as {@code sendto}
     * @param path the name
     * @throws IOException if no socket can have that name
     */
    public static void checkName(String call, String path) throws IOException {
        UnixName.of(call, path);
    }

    /** Replaces the abstract namespace's NUL for messages, as ss(8) does. */
    static String shown(String path) {
        return path.replace('\0', '@');
    }
}
