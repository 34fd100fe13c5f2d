package io.fdflux.posix.socket;

import static io.fdflux.posix.ffi.NativeFunctions.ADDRESS;
import static io.fdflux.posix.ffi.NativeFunctions.INT;
import static io.fdflux.posix.ffi.NativeFunctions.LONG;

import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.NativeFunctions;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.net.InetSocketAddress;

/** Sends and receives one datagram per call. Thread-safe. A failed call returns {@code -errno}. EINTR is retried. */
public final class Datagrams {

    static final int SEND_FLAGS = Constants.flag("MSG_NOSIGNAL");
    private static final long NO_FLAGS = 0;

    private static final class Sendto {
        static final MethodHandle HANDLE =
                NativeFunctions.link("sendto", FunctionDescriptor.of(LONG, INT, LONG, LONG, INT, ADDRESS, INT));
    }

    private static final class Recvfrom {
        static final MethodHandle HANDLE =
                NativeFunctions.link("recvfrom", FunctionDescriptor.of(LONG, INT, LONG, LONG, INT, ADDRESS, ADDRESS));
    }

    private Datagrams() {}

    /**
     * sendto(2): one datagram.
     *
     * @param fd        a datagram socket
     * @param memory    where its bytes are; ignored if there are none
     * @param length    how many
     * @param buffer    receives the encoded address; null on a connected socket
     * @param recipient a resolved address; null on a connected socket
     * @param ipv6      whether it is an IPv6 socket
     * @return bytes sent, or {@code -errno}
     */
    public static int send(
            int fd, long memory, int length, SocketAddressBuffer buffer, InetSocketAddress recipient, boolean ipv6) {
        MemorySegment address = recipient == null ? MemorySegment.NULL : buffer.storage();
        int addressLength = recipient == null ? 0 : buffer.encode(recipient, ipv6);
        return sendto(fd, memory, length, SEND_FLAGS, address, addressLength);
    }

    static int sendto(int fd, long memory, int length, int flags, MemorySegment address, int addressLength) {
        MemorySegment state = NativeFunctions.state();
        while (true) {
            long n;
            try {
                n = (long) Sendto.HANDLE.invokeExact(
                        state, (long) fd, memory, (long) length, (long) flags, address.address(), (long) addressLength);
            } catch (Throwable t) {
                throw NativeFunctions.rethrow(t);
            } finally {
                Reference.reachabilityFence(address);
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
     * recvfrom(2): one datagram, truncated to the memory.
     *
     * @param fd     a datagram socket
     * @param memory where to store its bytes
     * @param length the most bytes, positive
     * @param sender receives the sender's address
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
                        state,
                        (long) fd,
                        memory,
                        (long) length,
                        NO_FLAGS,
                        sender.storage().address(),
                        sender.lengthForResult().address());
            } catch (Throwable t) {
                throw NativeFunctions.rethrow(t);
            } finally {
                Reference.reachabilityFence(sender);
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
     * Disconnects a datagram socket, by connecting it to AF_UNSPEC: connect(2).
     *
     * @param fd a datagram socket
     * @return 0 or {@code -errno}
     */
    public static int disconnect(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            SocketAddressBuffer buffer = new SocketAddressBuffer(arena);
            int result = Sockets.connect(fd, buffer, buffer.encodeUnspecified());
            // connect(2) of the BSDs disconnects, but still reports an error about the family or the Unix-domain path.
            return result < 0 && Sockets.remoteAddress(fd, buffer) == -Errno.ENOTCONN ? 0 : result;
        }
    }
}
