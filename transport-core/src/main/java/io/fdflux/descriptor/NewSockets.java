package io.fdflux.descriptor;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.socket.SocketOption;
import io.fdflux.posix.socket.SocketOptionCalls;
import io.fdflux.posix.socket.Sockets;
import io.fdflux.posix.socket.UnixSockets;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;

/**
 * Makes stream sockets for the address that they listen at or connect to. Thread-safe.
 *
 * <p>An IPv4 address gets an IPv4 socket, and an IPv6 address an IPv6 one, because NetBSD and OpenBSD restrict
 * IPv4-mapped addresses: inet6(4). Only a listener at a wildcard address serves both families by one socket, where the
 * system has such sockets.
 */
public final class NewSockets {

    /** The kernel lowers it to its own limit: net.core.somaxconn, kern.ipc.somaxconn. */
    private static final int BACKLOG = 4096;

    private NewSockets() {}

    /**
     * Makes a listening socket.
     *
     * @param address an {@link InetSocketAddress} or a {@link UnixDomainSocketAddress}
     * @return the listener, non-blocking; the caller closes it
     * @throws IOException              if the address is unresolved, in use, not local, or needs a privilege
     * @throws IllegalArgumentException if the address is of another kind
     */
    public static Descriptor listener(SocketAddress address) throws IOException {
        boolean ipv6 = isIpv6(address) || isWildcard(address) && Sockets.dualStackAvailable() && !prefersIpv4();
        Descriptor socket = socket(address, ipv6);
        try {
            if (address instanceof UnixDomainSocketAddress unix) {
                UnixSockets.bind(socket.number(), path(unix));
            } else {
                SocketOptionCalls.set(socket.number(), SocketOption.REUSEADDR, 1); // as ServerSocket does on Unix
                Sockets.bind(socket.number(), resolved(address), ipv6);
            }
            Sockets.listen(socket.number(), BACKLOG);
            return socket;
        } catch (IOException | RuntimeException e) {
            socket.closeUnchecked();
            throw e;
        }
    }

    private static boolean isWildcard(SocketAddress address) {
        return address instanceof InetSocketAddress internet
                && internet.getAddress() != null
                && internet.getAddress().isAnyLocalAddress();
    }

    private static boolean isIpv6(SocketAddress address) {
        return address instanceof InetSocketAddress internet && internet.getAddress() instanceof Inet6Address;
    }

    private static boolean prefersIpv4() {
        return Boolean.getBoolean("java.net.preferIPv4Stack");
    }

    /** Makes a socket of the family of an address. */
    static Descriptor to(SocketAddress address) throws IOException {
        return socket(address, isIpv6(address));
    }

    private static Descriptor socket(SocketAddress address, boolean ipv6) throws IOException {
        if (address instanceof UnixDomainSocketAddress) {
            return UnixSockets.stream();
        }
        resolved(address);
        return Sockets.tcp(ipv6);
    }

    /**
     * Begins a connect.
     *
     * @return 0 if connected, {@code -EINPROGRESS}, or another {@code -errno}
     */
    static int connect(Descriptor socket, SocketAddress address) throws IOException {
        return address instanceof UnixDomainSocketAddress unix
                ? UnixSockets.connect(socket.number(), path(unix))
                : Sockets.connect(socket.number(), resolved(address), isIpv6(address));
    }

    private static String path(UnixDomainSocketAddress address) {
        return address.getPath().toString();
    }

    private static InetSocketAddress resolved(SocketAddress address) throws IOException {
        if (!(address instanceof InetSocketAddress internet)) {
            throw new IllegalArgumentException(
                    "an InetSocketAddress or a UnixDomainSocketAddress is needed, not " + address);
        }
        if (internet.isUnresolved()) {
            throw new UnknownHostException(internet.getHostString() + " is not resolved; resolve it where blocking is "
                    + "allowed, as new InetSocketAddress(host, port) does");
        }
        return internet;
    }

    /**
     * The local address of a socket.
     *
     * @param socket open
     * @return an {@link InetSocketAddress} or a {@link UnixDomainSocketAddress}, which is empty for an abstract name;
     *     null if it has none, or is closed
     */
    public static SocketAddress local(Descriptor socket) {
        return leased(socket, number -> {
            InetSocketAddress internet = Sockets.localAddress(number);
            return internet != null ? internet : unix(UnixSockets.localPath(number));
        });
    }

    /**
     * The address of a socket's peer.
     *
     * @param socket open
     * @return an {@link InetSocketAddress} or a {@link UnixDomainSocketAddress}, which is empty for a peer without a
     *     path; null if it is not connected, or is closed
     */
    public static SocketAddress remote(Descriptor socket) {
        return leased(socket, number -> {
            InetSocketAddress internet = Sockets.remoteAddress(number);
            return internet != null ? internet : unix(UnixSockets.remotePath(number));
        });
    }

    private static SocketAddress unix(String path) {
        // A name of the abstract namespace begins with NUL, which no path does: unix(7).
        return path == null ? null : UnixDomainSocketAddress.of(path.startsWith("\0") ? "" : path);
    }

    private interface Question {
        SocketAddress of(int number);
    }

    private static SocketAddress leased(Descriptor socket, Question question) {
        if (!socket.lease()) {
            return null;
        }
        try {
            return question.of(socket.number());
        } finally {
            socket.releaseUnchecked();
        }
    }

    /** The exception for a failed connect. */
    static IOException connectFailure(SocketAddress address, int errno) {
        return Errno.exception("connect", address, errno);
    }
}
