package io.fdflux.posix.socket;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.Constants;
import java.io.IOException;
import java.lang.foreign.Arena;

/**
 * Prepares sockets that another process has opened: a peer that passed them on, or the parent process (systemd's
 * sd_listen_fds(3), inetd(8)). Thread-safe.
 */
public final class AdoptedSockets {

    private static final int SOCK_STREAM = Constants.value("SOCK_STREAM");
    private static final int SOCK_DGRAM = Constants.value("SOCK_DGRAM");

    private AdoptedSockets() {}

    /**
     * Checks an Internet socket and makes it non-blocking, in every process that shares it.
     *
     * @param socket the caller keeps its ownership
     * @param stream true for TCP, false for UDP
     * @return whether it is an IPv6 socket
     * @throws IOException              if the descriptor is not open or not a socket
     * @throws IllegalArgumentException if the socket has another family or type
     */
    public static boolean internet(Descriptor socket, boolean stream) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            SocketAddressBuffer address = addressOf(arena, socket, stream);
            if (!address.isInternet()) {
                throw new IllegalArgumentException(
                        "an Internet socket is needed, not " + socket + " of another family");
            }
            prepare(socket);
            return address.isIpv6();
        }
    }

    /**
     * Checks a Unix-domain socket and makes it non-blocking, in every process that shares it.
     *
     * @param socket the caller keeps its ownership
     * @param stream true for a stream, false for datagrams
     * @throws IOException              if the descriptor is not open or not a socket
     * @throws IllegalArgumentException if the socket has another family or type
     */
    public static void unix(Descriptor socket, boolean stream) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            if (!addressOf(arena, socket, stream).isUnix()) {
                throw new IllegalArgumentException(
                        "a Unix-domain socket is needed, not " + socket + " of another family");
            }
        }
        prepare(socket);
    }

    private static SocketAddressBuffer addressOf(Arena arena, Descriptor socket, boolean stream) throws IOException {
        int type = SocketOptionCalls.get(socket.number(), SocketOption.TYPE);
        if (type < 0) {
            throw Errno.exception("getsockopt", socket, -type);
        }
        if (type != (stream ? SOCK_STREAM : SOCK_DGRAM)) {
            throw new IllegalArgumentException("a socket for " + (stream ? "a stream" : "datagrams")
                    + " is needed, not " + socket + " of SO_TYPE " + type);
        }
        SocketAddressBuffer address = new SocketAddressBuffer(arena);
        int result = Sockets.localAddress(socket.number(), address);
        if (result < 0) {
            throw Errno.exception("getsockname", socket, -result);
        }
        return address;
    }

    private static void prepare(Descriptor socket) throws IOException {
        socket.nonBlocking(true);
        Sockets.withoutSigpipe(socket.number());
    }
}
