package io.fdflux.posix.socket;

import static io.fdflux.posix.ffi.NativeFunctions.ADDRESS;
import static io.fdflux.posix.ffi.NativeFunctions.INT;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.NativeFunctions;
import io.fdflux.posix.ffi.NewerCall;
import io.fdflux.posix.ffi.RawDescriptors;
import io.fdflux.posix.platform.Platform;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.net.InetSocketAddress;

/**
 * Makes and connects Internet sockets, non-blocking and closed on exec, atomically if the OS can. {@link UnixSockets}
 * shares the calls that do not depend on the family. Thread-safe.
 *
 * <p>Calls per connection return {@code -errno}; calls that a channel makes once throw.
 */
public final class Sockets {

    private static final int AF_INET = Constants.value("AF_INET");
    private static final int AF_INET6 = Constants.value("AF_INET6");
    private static final int SOCK_STREAM = Constants.value("SOCK_STREAM");
    private static final int IPPROTO_TCP = Constants.value("IPPROTO_TCP");
    private static final int IPPROTO_MPTCP = Constants.find("IPPROTO_MPTCP").orElse(IPPROTO_TCP);
    private static final int SOCK_FLAGS = Constants.flag("SOCK_NONBLOCK") | Constants.flag("SOCK_CLOEXEC");
    private static final int SHUT_RD = Constants.value("SHUT_RD");
    private static final int SHUT_WR = Constants.value("SHUT_WR");

    private static final FunctionDescriptor ADDRESS_IN = FunctionDescriptor.of(INT, INT, ADDRESS, INT);
    private static final FunctionDescriptor ADDRESS_OUT = FunctionDescriptor.of(INT, INT, ADDRESS, ADDRESS);
    private static final FunctionDescriptor INTS = FunctionDescriptor.of(INT, INT, INT);

    private static final class Socket {
        /** Sandboxes that compare the type with SOCK_STREAM refuse the flags. */
        static final NewerCall WITH_FLAGS = NewerCall.of(SOCK_FLAGS != 0);

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
        static final NewerCall NEWER = NewerCall.of(SOCK_FLAGS != 0 && NativeFunctions.has("accept4"));
        static final MethodHandle HANDLE =
                NativeFunctions.link("accept4", FunctionDescriptor.of(INT, INT, ADDRESS, ADDRESS, INT));
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

    /**
     * Receives an address that no code reads. Threads may share it, because every address fits in the length that an
     * earlier call stored.
     */
    private static final class Ignored {
        static final MemorySegment ADDRESS = Arena.global().allocate(SocketAddressBuffer.STORAGE_BYTES, Long.BYTES);
        static final MemorySegment LENGTH = Arena.global().allocate(INT);
    }

    private static final class DualStack {
        // OpenBSD always separates the families, because its IPV6_V6ONLY is read-only: inet6(4).
        static final boolean AVAILABLE = Platform.current().os() != Platform.Os.OPENBSD && probe();

        private static boolean probe() {
            int fd = socket(AF_INET6, SOCK_STREAM);
            if (fd < 0) {
                return false;
            }
            try {
                return SocketOptionCalls.set(fd, SocketOption.V6ONLY, 0) == 0;
            } finally {
                RawDescriptors.close(fd);
            }
        }
    }

    private static final class Dup3 {
        static final MethodHandle HANDLE = NativeFunctions.link("dup3", FunctionDescriptor.of(INT, INT, INT, INT));
        static final int O_CLOEXEC = Constants.value("O_CLOEXEC");
    }

    private static final class Ipv6 {
        static final boolean AVAILABLE = probe();

        private static boolean probe() {
            int fd = socket(AF_INET6, SOCK_STREAM);
            if (fd >= 0) {
                RawDescriptors.close(fd);
            }
            return fd >= 0;
        }
    }

    private Sockets() {}

    /**
     * Whether this machine has IPv6 sockets.
     *
     * @return false if IPv6 is disabled
     */
    public static boolean ipv6Available() {
        return Ipv6.AVAILABLE;
    }

    /**
     * Replaces the socket behind a number by another socket, closed on exec: dup3(2). The kernel closes the replaced
     * socket and drops its poller registrations. Not on macOS, which has no dup3.
     *
     * @param fresh  the new socket; its own number stays open
     * @param number the number to replace, open and leased by the caller
     * @throws IOException if the kernel refuses; then nothing is replaced
     */
    public static void takeOver(Descriptor fresh, Descriptor number) throws IOException {
        int result;
        do {
            result = dup3(fresh.number(), number.number());
        } while (result == -Errno.EINTR);
        if (result < 0) {
            throw Errno.exception("dup3", fresh + " to " + number, -result);
        }
    }

    private static int dup3(int from, int to) {
        MemorySegment state = NativeFunctions.state();
        try {
            int result = (int)
                    (long) Dup3.HANDLE.invokeExact(state, (long) from, (long) to, (long) Dup3.O_CLOEXEC, 0L, 0L, 0L);
            return result < 0 ? -NativeFunctions.errno(state) : result;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    /**
     * Whether one IPv6 socket can serve both families.
     *
     * @return false if IPv6 is disabled, or the OS separates the families
     */
    public static boolean dualStackAvailable() {
        return DualStack.AVAILABLE;
    }

    /**
     * Makes a TCP socket.
     *
     * @param ipv6 true for an IPv6 socket, which serves IPv4 by mapped addresses if the OS can; false for an IPv4 one
     * @return the socket; the caller closes it
     * @throws IOException if the process has no descriptors left, or the family is not available
     */
    public static Descriptor tcp(boolean ipv6) throws IOException {
        return open(ipv6, "SOCK_STREAM");
    }

    /**
     * Makes a UDP socket.
     *
     * @param ipv6 as for {@link #tcp}
     * @return the socket; the caller closes it
     * @throws IOException if the process has no descriptors left, or the family is not available
     */
    public static Descriptor udp(boolean ipv6) throws IOException {
        return open(ipv6, "SOCK_DGRAM");
    }

    static Descriptor open(String family, String type) throws IOException {
        int fd = socket(Constants.value(family), Constants.value(type));
        if (fd < 0) {
            throw Errno.exception("socket", family, -fd);
        }
        return Descriptor.unshared(fd);
    }

    private static Descriptor open(boolean ipv6, String type) throws IOException {
        Descriptor descriptor = open(ipv6 ? "AF_INET6" : "AF_INET", type);
        if (ipv6 && Platform.current().os() != Platform.Os.OPENBSD) {
            int result = SocketOptionCalls.set(descriptor.number(), SocketOption.V6ONLY, 0);
            if (result < 0) {
                descriptor.close();
                throw Errno.exception("setsockopt", descriptor + ", IPV6_V6ONLY", -result);
            }
        }
        return descriptor;
    }

    private static int socket(int family, int type) {
        if (Socket.WITH_FLAGS.isTried()) {
            int fd = socket0(family, type | SOCK_FLAGS);
            if (!Socket.WITH_FLAGS.isRefusal(fd)) {
                return fd;
            }
        }
        int fd = socket0(family, type);
        return fd < 0 ? fd : Socket.WITH_FLAGS.stoodIn(withFlags(fd));
    }

    private static int socket0(int family, int type) {
        MemorySegment state = NativeFunctions.state();
        try {
            int fd = (int) (long) Socket.HANDLE.invokeExact(state, (long) family, (long) type, 0L, 0L, 0L, 0L);
            return fd < 0 ? -NativeFunctions.errno(state) : fd;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    private static int withFlags(int fd) {
        int result = RawDescriptors.withFlags(fd);
        if (result >= 0) {
            withoutSigpipe(fd);
        }
        return result;
    }

    static void withoutSigpipe(int fd) {
        if (SocketOption.NOSIGPIPE.isAvailable()) {
            SocketOptionCalls.set(fd, SocketOption.NOSIGPIPE, 1); // may fail, because the JVM ignores the signal
        }
    }

    /**
     * bind(2).
     *
     * @param fd      a socket
     * @param address a resolved address
     * @param ipv6    whether it is an IPv6 socket
     * @throws IOException if the address is in use, not local, or needs a privilege
     */
    public static void bind(int fd, InetSocketAddress address, boolean ipv6) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            SocketAddressBuffer buffer = new SocketAddressBuffer(arena);
            int result = bind(fd, buffer, buffer.encode(address, ipv6));
            if (result < 0) {
                throw Errno.exception("bind", address, -result);
            }
        }
    }

    static int bind(int fd, SocketAddressBuffer address, int length) {
        return call(Bind.HANDLE, fd, address, length);
    }

    /**
     * listen(2).
     *
     * @param fd      a bound socket
     * @param backlog the most connections that the kernel queues for accept(2)
     * @throws IOException if another socket listens on the address
     */
    public static void listen(int fd, int backlog) throws IOException {
        int result = call(Listen.HANDLE, fd, backlog, 0);
        if (result < 0) {
            throw Errno.exception("listen", "descriptor " + fd, -result);
        }
    }

    /**
     * connect(2). When the socket becomes writable, {@link SocketOption#ERROR} has the outcome.
     *
     * @param fd      a socket
     * @param address a resolved address
     * @param ipv6    whether it is an IPv6 socket
     * @return 0 if connected, {@code -EINPROGRESS} if in progress, else another {@code -errno}
     */
    public static int connect(int fd, InetSocketAddress address, boolean ipv6) {
        try (Arena arena = Arena.ofConfined()) {
            SocketAddressBuffer buffer = new SocketAddressBuffer(arena);
            return connect(fd, buffer, buffer.encode(address, ipv6));
        }
    }

    static int connect(int fd, SocketAddressBuffer address, int length) {
        int result = call(Connect.HANDLE, fd, address, length);
        // An interrupted connect stays in progress, and a second call would return EALREADY: connect(2).
        return result == -Errno.EINTR ? -Errno.EINPROGRESS : result;
    }

    /**
     * Accepts a connection, non-blocking and closed on exec.
     *
     * @param fd   a listening socket
     * @param peer receives the peer's address
     * @return the new descriptor's number, or {@code -errno}
     */
    public static int accept(int fd, SocketAddressBuffer peer) {
        if (Accept4.NEWER.isTried()) {
            int accepted = accept4(fd, peer);
            if (!Accept4.NEWER.isRefusal(accepted)) {
                return accepted;
            }
        }
        int accepted = accept0(fd, peer);
        // Accepted sockets inherit SO_NOSIGPIPE (sonewconn in the BSDs). Setting it would fail with EINVAL after
        // a reset.
        return accepted < 0 ? accepted : Accept4.NEWER.stoodIn(RawDescriptors.withFlags(accepted));
    }

    private static int accept4(int fd, SocketAddressBuffer peer) {
        MemorySegment state = NativeFunctions.state();
        while (true) {
            int accepted;
            try {
                accepted = (int) (long) Accept4.HANDLE.invokeExact(
                        state,
                        (long) fd,
                        peer.storage().address(),
                        peer.lengthForResult().address(),
                        (long) SOCK_FLAGS,
                        0L,
                        0L);
            } catch (Throwable t) {
                throw NativeFunctions.rethrow(t);
            } finally {
                Reference.reachabilityFence(peer);
            }
            if (accepted >= 0) {
                return accepted;
            }
            int errno = NativeFunctions.errno(state);
            if (errno != Errno.EINTR) {
                return -errno;
            }
        }
    }

    private static int accept0(int fd, SocketAddressBuffer peer) {
        MemorySegment state = NativeFunctions.state();
        while (true) {
            int accepted;
            try {
                accepted = (int) (long) Accept.HANDLE.invokeExact(
                        state,
                        (long) fd,
                        peer.storage().address(),
                        peer.lengthForResult().address(),
                        0L,
                        0L,
                        0L);
            } catch (Throwable t) {
                throw NativeFunctions.rethrow(t);
            } finally {
                Reference.reachabilityFence(peer);
            }
            if (accepted >= 0) {
                return accepted;
            }
            int errno = NativeFunctions.errno(state);
            if (errno != Errno.EINTR) {
                return -errno;
            }
        }
    }

    /**
     * shutdown(2) of reading.
     *
     * @param fd a connected socket
     * @return 0 or {@code -errno}
     */
    public static int shutdownInput(int fd) {
        return call(Shutdown.HANDLE, fd, SHUT_RD, 0);
    }

    /**
     * shutdown(2) of writing. The kernel sends FIN after all written bytes.
     *
     * @param fd a connected socket
     * @return 0 or {@code -errno}
     */
    public static int shutdownOutput(int fd) {
        return call(Shutdown.HANDLE, fd, SHUT_WR, 0);
    }

    /**
     * Whether a short read or write means that the next one would block. epoll(7) says so for stream sockets, but there
     * are exceptions. A read of a Unix-domain socket ends after bytes that carry descriptors, and one of SCTP after a
     * message. A read of TCP with TLS in the kernel ends after a record: Linux's Documentation/networking/tls.rst,
     * FreeBSD's ktls(4).
     *
     * @param fd any descriptor
     * @return true for plain TCP; false for other protocols, for a number that is not open, and on systems that do not
     *     report the protocol (macOS, NetBSD, DragonFly)
     */
    public static boolean isStream(int fd) {
        if (SocketOptionCalls.get(fd, SocketOption.TYPE) != SOCK_STREAM) {
            return false;
        }
        int domain = SocketOptionCalls.get(fd, SocketOption.DOMAIN);
        int protocol = SocketOptionCalls.get(fd, SocketOption.PROTOCOL);
        return (domain == AF_INET || domain == AF_INET6)
                && (protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP)
                && !TcpOptions.decryptsInKernel(fd);
    }

    /**
     * Whether a stream socket ignores the boundaries of writes, so that several may be joined. SCTP preserves
     * them: sctp(7).
     *
     * @param fd a stream socket
     * @return false for a protocol other than TCP and that of Unix-domain sockets, where the system reports it
     */
    public static boolean joinsWrites(int fd) {
        int protocol = SocketOptionCalls.get(fd, SocketOption.PROTOCOL);
        return protocol <= 0 || protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP;
    }

    /**
     * The local address of a socket.
     *
     * @param fd a socket
     * @return the address, or null if it has none
     */
    public static InetSocketAddress localAddress(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            SocketAddressBuffer buffer = new SocketAddressBuffer(arena);
            return localAddress(fd, buffer) < 0 ? null : buffer.decode();
        }
    }

    static int localAddress(int fd, SocketAddressBuffer address) {
        return address(Getsockname.HANDLE, fd, address);
    }

    /**
     * The remote address of a socket.
     *
     * @param fd a socket
     * @return the address, or null if it is not connected
     */
    public static InetSocketAddress remoteAddress(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            SocketAddressBuffer buffer = new SocketAddressBuffer(arena);
            return remoteAddress(fd, buffer) < 0 ? null : buffer.decode();
        }
    }

    /**
     * Whether a socket is connected, by getpeername(2).
     *
     * @param fd a socket
     * @return false before the connect has completed, and after a reset
     */
    public static boolean hasPeer(int fd) {
        MemorySegment state = NativeFunctions.state();
        try {
            return (int) (long) Getpeername.HANDLE.invokeExact(
                            state, (long) fd, Ignored.ADDRESS.address(), Ignored.LENGTH.address(), 0L, 0L, 0L)
                    == 0;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    static int remoteAddress(int fd, SocketAddressBuffer address) {
        return address(Getpeername.HANDLE, fd, address);
    }

    private static int address(MethodHandle handle, int fd, SocketAddressBuffer buffer) {
        try {
            return call(
                    handle,
                    fd,
                    buffer.storage().address(),
                    buffer.lengthForResult().address());
        } finally {
            Reference.reachabilityFence(buffer);
        }
    }

    private static int call(MethodHandle handle, int fd, SocketAddressBuffer address, int length) {
        try {
            return call(handle, fd, address.storage().address(), length);
        } finally {
            Reference.reachabilityFence(address);
        }
    }

    // Only for calls that a connection makes once, because the handle is no constant here: see Io.
    private static int call(MethodHandle handle, int fd, long second, long third) {
        MemorySegment state = NativeFunctions.state();
        try {
            int result = (int) (long) handle.invokeExact(state, (long) fd, second, third, 0L, 0L, 0L);
            return result < 0 ? -NativeFunctions.errno(state) : 0;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }
}
