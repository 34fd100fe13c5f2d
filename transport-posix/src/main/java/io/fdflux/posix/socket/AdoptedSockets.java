package io.fdflux.posix.socket;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.Constants;
import java.io.IOException;
import java.lang.foreign.Arena;

/**
 * Sockets that somebody else has opened: another process that has passed them on, or the one that has started this one
 * (systemd's sd_listen_fds(3), inetd(8)).
 */
public final class AdoptedSockets {

    private static final int SOCK_STREAM = Constants.value("SOCK_STREAM");
    private static final int SOCK_DGRAM = Constants.value("SOCK_DGRAM");

    private AdoptedSockets() {}

    /**
     * Makes an Internet socket fit for a loop: it does not block from now on, here and in every process that has it.
     *
     * @param socket stays the caller's
     * @param stream whether it must be TCP, else UDP
     * @return whether it is an IPv6 one
     * @throws IOException              if it is not open, or no socket
     * @throws IllegalArgumentException if it is one of another kind
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
     * The same for one of the Unix domain.
     *
     * @param socket stays the caller's
     * @param stream whether it must be a stream, else for datagrams
     * @throws IOException              if it is not open, or no socket
     * @throws IllegalArgumentException if it is one of another kind
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
