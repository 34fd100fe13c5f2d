package io.fdflux.posix;

import static io.fdflux.posix.NativeFunctions.ADDRESS;
import static io.fdflux.posix.NativeFunctions.INT;
import static io.fdflux.posix.NativeFunctions.LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Internet sockets: made non-blocking and closed on exec, atomically where the OS can. Any thread.
 *
 * <p>Calls that a loop makes for every connection return {@code -errno}; those made once for a channel throw.
 */
public final class Sockets {

    private static final int AF_INET = Constants.value("AF_INET");
    private static final int AF_INET6 = Constants.value("AF_INET6");
    private static final int SOCK_STREAM = Constants.value("SOCK_STREAM");
    private static final int SOCK_DGRAM = Constants.value("SOCK_DGRAM");
    private static final int SOCK_FLAGS = Constants.flag("SOCK_NONBLOCK") | Constants.flag("SOCK_CLOEXEC");
    private static final int SEND_FLAGS = Constants.flag("MSG_NOSIGNAL");
    private static final int SHUT_RD = Constants.value("SHUT_RD");
    private static final int SHUT_WR = Constants.value("SHUT_WR");
    private static final int SOL_SOCKET = Constants.value("SOL_SOCKET");
    private static final int SO_LINGER = Constants.value("SO_LINGER");
    private static final int LINGER_BYTES = 8;

    private static final FunctionDescriptor ADDRESS_IN = FunctionDescriptor.of(INT, INT, ADDRESS, INT);
    private static final FunctionDescriptor ADDRESS_OUT = FunctionDescriptor.of(INT, INT, ADDRESS, ADDRESS);
    private static final FunctionDescriptor INTS = FunctionDescriptor.of(INT, INT, INT);

    private static final class Socket {
        static final MethodHandle HANDLE = NativeFunctions.link("socket", FunctionDescriptor.of(INT, INT, INT, INT));
    }

    private static final class Bind {
        static final MethodHandle HANDLE = NativeFunctions.link("bind", ADDRESS_IN);
    }

    private static final class Listen {
        static final MethodHandle HANDLE = NativeFunctions.link("listen", INTS);
    }

    private static final class Connect {
        static final MethodHandle HANDLE = NativeFunctions.link("connect", ADDRESS_IN);
    }

    private static final class Accept {
        static final MethodHandle HANDLE = NativeFunctions.link("accept", ADDRESS_OUT);
    }

    private static final class Accept4 {
        static final boolean AVAILABLE = SOCK_FLAGS != 0 && NativeFunctions.has("accept4");
        static final MethodHandle HANDLE =
                NativeFunctions.link("accept4", FunctionDescriptor.of(INT, INT, ADDRESS, ADDRESS, INT));
    }

    private static final class Sendto {
        static final MethodHandle HANDLE =
                NativeFunctions.link("sendto", FunctionDescriptor.of(LONG, INT, LONG, LONG, INT, ADDRESS, INT));
    }

    private static final class Recvfrom {
        static final MethodHandle HANDLE =
                NativeFunctions.link("recvfrom", FunctionDescriptor.of(LONG, INT, LONG, LONG, INT, ADDRESS, ADDRESS));
    }

    private static final class Shutdown {
        static final MethodHandle HANDLE = NativeFunctions.link("shutdown", INTS);
    }

    private static final class Getsockname {
        static final MethodHandle HANDLE = NativeFunctions.link("getsockname", ADDRESS_OUT);
    }

    private static final class Getpeername {
        static final MethodHandle HANDLE = NativeFunctions.link("getpeername", ADDRESS_OUT);
    }

    private static final class Getsockopt {
        static final MethodHandle HANDLE =
                NativeFunctions.link("getsockopt", FunctionDescriptor.of(INT, INT, INT, INT, ADDRESS, ADDRESS));
    }

    private static final class Setsockopt {
        static final MethodHandle HANDLE =
                NativeFunctions.link("setsockopt", FunctionDescriptor.of(INT, INT, INT, INT, ADDRESS, INT));
    }

    private static final class DualStack {
        // OpenBSD keeps the two families apart for good (IPV6_V6ONLY is read-only there, inet6(4)).
        static final boolean AVAILABLE = Platform.current().os() != Platform.Os.OPENBSD && probe();

        private static boolean probe() {
            int fd = socket(AF_INET6, SOCK_STREAM);
            if (fd < 0) {
                return false;
            }
            try {
                return setOption(fd, SocketOption.V6ONLY, 0) == 0;
            } finally {
                Descriptor.close0(fd);
            }
        }
    }

    private Sockets() {}

    /**
     * Whether one IPv6 socket can serve both families here.
     *
     * @return false where IPv6 is off, or the OS keeps the families apart
     */
    public static boolean dualStackAvailable() {
        return DualStack.AVAILABLE;
    }

    /**
     * Makes a TCP socket.
     *
     * @param ipv6 an IPv6 socket (serving IPv4 by mapped addresses too, where the OS lets it), else an IPv4 one
     * @return the socket; the caller closes it
     * @throws IOException if there are no descriptors left, or the family is not available
     */
    public static Descriptor tcp(boolean ipv6) throws IOException {
        return open(ipv6, SOCK_STREAM);
    }

    /**
     * Makes a UDP socket.
     *
     * @param ipv6 as for {@link #tcp}
     * @return the socket; the caller closes it
     * @throws IOException if there are no descriptors left, or the family is not available
     */
    public static Descriptor udp(boolean ipv6) throws IOException {
        return open(ipv6, SOCK_DGRAM);
    }

    private static Descriptor open(boolean ipv6, int type) throws IOException {
        int fd = socket(ipv6 ? AF_INET6 : AF_INET, type);
        if (fd < 0) {
            throw Errno.exception("socket", ipv6 ? "AF_INET6" : "AF_INET", -fd);
        }
        Descriptor descriptor = Descriptor.of(fd);
        if (ipv6 && Platform.current().os() != Platform.Os.OPENBSD) {
            int result = setOption(fd, SocketOption.V6ONLY, 0);
            if (result < 0) {
                descriptor.close();
                throw Errno.exception("setsockopt", descriptor + ", IPV6_V6ONLY", -result);
            }
        }
        return descriptor;
    }

    private static int socket(int family, int type) {
        MemorySegment state = NativeFunctions.state();
        try {
            int fd = (int) Socket.HANDLE.invokeExact(state, family, type | SOCK_FLAGS, 0);
            return fd < 0 ? -NativeFunctions.errno(state) : SOCK_FLAGS == 0 ? withFlags(fd) : fd;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    private static int withFlags(int fd) {
        int result = Descriptor.setFlags(fd);
        if (result >= 0 && SocketOption.NOSIGPIPE.isAvailable()) {
            result = setOption(fd, SocketOption.NOSIGPIPE, 1);
        }
        if (result < 0) {
            Descriptor.close0(fd);
            return result;
        }
        return fd;
    }

    /**
     * bind(2).
     *
     * @param fd      a socket
     * @param address a resolved address
     * @param ipv6    whether the socket is an IPv6 one
     * @throws IOException if the address is in use, not local, or needs a privilege
     */
    public static void bind(int fd, InetSocketAddress address, boolean ipv6) throws IOException {
        SocketAddressBuffer buffer = new SocketAddressBuffer();
        int result = call(Bind.HANDLE, fd, buffer.storage(), buffer.encode(address, ipv6));
        if (result < 0) {
            throw Errno.exception("bind", address, -result);
        }
    }

    /**
     * listen(2).
     *
     * @param fd      a bound socket
     * @param backlog connections that the kernel keeps for accept
     * @throws IOException if another socket listens on the address
     */
    public static void listen(int fd, int backlog) throws IOException {
        int result = call(Listen.HANDLE, fd, backlog);
        if (result < 0) {
            throw Errno.exception("listen", "descriptor " + fd, -result);
        }
    }

    /**
     * connect(2). Its outcome is told by writability and {@link SocketOption#ERROR}.
     *
     * @param fd      a socket
     * @param address a resolved address
     * @param ipv6    whether the socket is an IPv6 one
     * @return 0 if connected at once, {@code -EINPROGRESS} if not yet, else another {@code -errno}
     */
    public static int connect(int fd, InetSocketAddress address, boolean ipv6) {
        SocketAddressBuffer buffer = new SocketAddressBuffer();
        int result = call(Connect.HANDLE, fd, buffer.storage(), buffer.encode(address, ipv6));
        // Interrupted, a connect goes on in the background (connect(2)); calling again would answer EALREADY.
        return result == -Errno.EINTR ? -Errno.EINPROGRESS : result;
    }

    /**
     * Accepts a connection, non-blocking and closed on exec.
     *
     * @param fd   a listening socket
     * @param peer takes the peer's address
     * @return the new descriptor's number, or {@code -errno}
     */
    public static int accept(int fd, SocketAddressBuffer peer) {
        MemorySegment state = NativeFunctions.state();
        while (true) {
            int accepted;
            try {
                accepted = Accept4.AVAILABLE
                        ? (int) Accept4.HANDLE.invokeExact(
                                state, fd, peer.storage(), peer.lengthForResult(), SOCK_FLAGS)
                        : (int) Accept.HANDLE.invokeExact(state, fd, peer.storage(), peer.lengthForResult());
            } catch (Throwable t) {
                throw NativeFunctions.rethrow(t);
            }
            if (accepted >= 0) {
                return Accept4.AVAILABLE ? accepted : withFlags(accepted);
            }
            int errno = NativeFunctions.errno(state);
            if (errno != Errno.EINTR) {
                return -errno;
            }
        }
    }

    /**
     * sendto(2): one datagram.
     *
     * @param fd        a datagram socket
     * @param memory    where its bytes are; not looked at if there are none
     * @param length    how many
     * @param buffer    to put the address into; null on a connected socket
     * @param recipient a resolved address; null on a connected socket
     * @param ipv6      whether the socket is an IPv6 one
     * @return bytes sent, or {@code -errno}
     */
    public static int send(
            int fd, long memory, int length, SocketAddressBuffer buffer, InetSocketAddress recipient, boolean ipv6) {
        MemorySegment address = recipient == null ? MemorySegment.NULL : buffer.storage();
        int addressLength = recipient == null ? 0 : buffer.encode(recipient, ipv6);
        MemorySegment state = NativeFunctions.state();
        while (true) {
            long n;
            try {
                n = (long)
                        Sendto.HANDLE.invokeExact(state, fd, memory, (long) length, SEND_FLAGS, address, addressLength);
            } catch (Throwable t) {
                throw NativeFunctions.rethrow(t);
            }
            if (n >= 0) {
                return (int) n;
            }
            int errno = NativeFunctions.errno(state);
            if (errno != Errno.EINTR) {
                return -errno;
            }
        }
    }

    /**
     * recvfrom(2): one datagram, cut to the memory given.
     *
     * @param fd     a datagram socket
     * @param memory where to put its bytes
     * @param length how many at most, positive
     * @param sender takes the sender's address
     * @return bytes received (0 is an empty datagram), or {@code -errno}
     */
    public static int receiveFrom(int fd, long memory, int length, SocketAddressBuffer sender) {
        if (length <= 0 || memory == 0) {
            throw new IllegalArgumentException("a datagram needs memory: " + length + " bytes at address " + memory);
        }
        MemorySegment state = NativeFunctions.state();
        while (true) {
            long n;
            try {
                n = (long) Recvfrom.HANDLE.invokeExact(
                        state, fd, memory, (long) length, 0, sender.storage(), sender.lengthForResult());
            } catch (Throwable t) {
                throw NativeFunctions.rethrow(t);
            }
            if (n >= 0) {
                return (int) n;
            }
            int errno = NativeFunctions.errno(state);
            if (errno != Errno.EINTR) {
                return -errno;
            }
        }
    }

    /**
     * Dissolves the association of a datagram socket, by connecting it to AF_UNSPEC.
     *
     * @param fd a datagram socket
     * @return 0 or {@code -errno}
     */
    public static int disconnect(int fd) {
        SocketAddressBuffer buffer = new SocketAddressBuffer();
        int result = call(Connect.HANDLE, fd, buffer.storage(), buffer.encodeUnspecified());
        // connect(2) of the BSDs dissolves it and still complains of the family.
        return result == -Constants.value("EAFNOSUPPORT") ? 0 : result;
    }

    /**
     * shutdown(2) of the reading side.
     *
     * @param fd a connected socket
     * @return 0 or {@code -errno}
     */
    public static int shutdownInput(int fd) {
        return call(Shutdown.HANDLE, fd, SHUT_RD);
    }

    /**
     * shutdown(2) of the writing side: sends FIN after what was written.
     *
     * @param fd a connected socket
     * @return 0 or {@code -errno}
     */
    public static int shutdownOutput(int fd) {
        return call(Shutdown.HANDLE, fd, SHUT_WR);
    }

    /**
     * The address that a socket is bound to.
     *
     * @param fd a socket
     * @return the address, or null if it has none
     */
    public static InetSocketAddress localAddress(int fd) {
        return address(Getsockname.HANDLE, fd);
    }

    /**
     * The address that a socket is connected to.
     *
     * @param fd a socket
     * @return the address, or null if it is not connected
     */
    public static InetSocketAddress remoteAddress(int fd) {
        return address(Getpeername.HANDLE, fd);
    }

    private static InetSocketAddress address(MethodHandle handle, int fd) {
        SocketAddressBuffer buffer = new SocketAddressBuffer();
        MemorySegment state = NativeFunctions.state();
        try {
            int result = (int) handle.invokeExact(state, fd, buffer.storage(), buffer.lengthForResult());
            return result < 0 ? null : buffer.decode();
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    /**
     * Reads an option.
     *
     * @param fd     a socket
     * @param option the option
     * @return its value, or {@code -errno}; {@code -ENOPROTOOPT} where the OS does not have it
     */
    public static int option(int fd, SocketOption option) {
        if (!option.isAvailable()) {
            return -Constants.value("ENOPROTOOPT");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(ValueLayout.JAVA_INT);
            int result = getOption(arena, fd, option.level(), option.number(), value);
            return result < 0 ? result : value.get(ValueLayout.JAVA_INT, 0);
        }
    }

    /**
     * Sets an option.
     *
     * @param fd     a socket
     * @param option the option
     * @param value  its value; booleans are 0 and 1
     * @return 0 or {@code -errno}; {@code -ENOPROTOOPT} where the OS does not have it
     */
    public static int setOption(int fd, SocketOption option, int value) {
        if (!option.isAvailable()) {
            return -Constants.value("ENOPROTOOPT");
        }
        try (Arena arena = Arena.ofConfined()) {
            return setOption(fd, option.level(), option.number(), arena.allocateFrom(ValueLayout.JAVA_INT, value));
        }
    }

    /**
     * SO_LINGER.
     *
     * @param fd a socket
     * @return seconds, -1 if it is off; below that {@code -errno - 1}
     */
    public static int linger(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(LINGER_BYTES, Integer.BYTES);
            int result = getOption(arena, fd, SOL_SOCKET, SO_LINGER, value);
            if (result < 0) {
                return result - 1;
            }
            return value.get(ValueLayout.JAVA_INT, 0) == 0 ? -1 : value.get(ValueLayout.JAVA_INT, Integer.BYTES);
        }
    }

    /**
     * SO_LINGER.
     *
     * @param fd      a socket
     * @param seconds negative to switch it off; 0 makes close(2) reset the connection
     * @return 0 or {@code -errno}
     */
    public static int setLinger(int fd, int seconds) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocateFrom(ValueLayout.JAVA_INT, seconds < 0 ? 0 : 1, Math.max(seconds, 0));
            return setOption(fd, SOL_SOCKET, SO_LINGER, value);
        }
    }

    static List<CStruct> cStructs() {
        return List.of(CStruct.of("struct linger", LINGER_BYTES)
                .with("l_onoff", 0, Integer.BYTES, CStruct.Sign.SIGNED)
                .with("l_linger", Integer.BYTES, Integer.BYTES, CStruct.Sign.SIGNED));
    }

    /**
     * Whether a descriptor is a stream socket: the kind on which a short read or write proves that nothing is left (epoll(7)).
     *
     * @param fd any descriptor
     * @return false for everything else, and for what is not open
     */
    public static boolean isStream(int fd) {
        return option(fd, SocketOption.TYPE) == SOCK_STREAM;
    }

    private static int getOption(Arena arena, int fd, int level, int number, MemorySegment value) {
        MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, (int) value.byteSize());
        MemorySegment state = NativeFunctions.state();
        try {
            int result = (int) Getsockopt.HANDLE.invokeExact(state, fd, level, number, value, length);
            return result < 0 ? -NativeFunctions.errno(state) : 0;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    private static int setOption(int fd, int level, int number, MemorySegment value) {
        MemorySegment state = NativeFunctions.state();
        try {
            int result = (int) Setsockopt.HANDLE.invokeExact(state, fd, level, number, value, (int) value.byteSize());
            return result < 0 ? -NativeFunctions.errno(state) : 0;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    private static int call(MethodHandle handle, int fd, MemorySegment address, int length) {
        MemorySegment state = NativeFunctions.state();
        try {
            int result = (int) handle.invokeExact(state, fd, address, length);
            return result < 0 ? -NativeFunctions.errno(state) : 0;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    private static int call(MethodHandle handle, int fd, int argument) {
        MemorySegment state = NativeFunctions.state();
        try {
            int result = (int) handle.invokeExact(state, fd, argument);
            return result < 0 ? -NativeFunctions.errno(state) : 0;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }
}
