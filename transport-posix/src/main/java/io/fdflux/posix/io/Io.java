package io.fdflux.posix.io;

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

/**
 * Reads and writes descriptors. Each call returns the number of bytes, 0 at the end of a stream, or {@code -errno}.
 * EINTR is retried. Thread-safe. As the hot path of every loop, transfers neither allocate nor throw for an error of
 * the kernel.
 *
 * <p>Memory is an address and a length, as in a Netty buffer. A {@link MemorySegment} would cost a restricted call in
 * every module and an object per read. The caller must own the {@code length} bytes at {@code address}, and keep their
 * owner reachable during the call.
 */
public final class Io {

    // Each method names its own handle. A handle that is passed as an argument is no constant where C2 compiles the
    // method alone: the call is not inlined then, and the JDK makes a slice of the state for
    // it (SharedUtils.checkCaptureSegment).
    private static final FunctionDescriptor TRANSFER = FunctionDescriptor.of(LONG, INT, LONG, LONG);
    private static final FunctionDescriptor VECTORED = FunctionDescriptor.of(LONG, INT, LONG, INT);
    private static final FunctionDescriptor SOCKET_TRANSFER = FunctionDescriptor.of(LONG, INT, LONG, LONG, INT);

    // A write to a closed connection must return EPIPE and raise no signal: send(2). Without the flag, on macOS, the
    // JVM's own handler ignores SIGPIPE.
    private static final int SEND_FLAGS = Constants.flag("MSG_NOSIGNAL");

    private static final int DONTWAIT = Constants.value("MSG_DONTWAIT");

    private static final int MORE = Constants.flag("MSG_MORE");

    private static final class Read {
        static final MethodHandle HANDLE = NativeFunctions.link("read", TRANSFER);
    }

    private static final class Write {
        static final MethodHandle HANDLE = NativeFunctions.link("write", TRANSFER);
    }

    private static final class Readv {
        static final MethodHandle HANDLE = NativeFunctions.link("readv", VECTORED);
    }

    private static final class Writev {
        static final MethodHandle HANDLE = NativeFunctions.link("writev", VECTORED);
    }

    private static final class Recv {
        static final MethodHandle HANDLE = NativeFunctions.link("recv", SOCKET_TRANSFER);
    }

    private static final class Send {
        static final MethodHandle HANDLE = NativeFunctions.link("send", SOCKET_TRANSFER);
    }

    private static final class Ioctl {
        static final MethodHandle HANDLE =
                NativeFunctions.linkVariadic("ioctl", FunctionDescriptor.of(INT, INT, LONG, ADDRESS), 2);
        static final long FIONREAD = Integer.toUnsignedLong(Constants.value("FIONREAD"));
    }

    private Io() {}

    /**
     * read(2).
     *
     * @param fd      an open descriptor
     * @param address where to store the bytes
     * @param length  the most bytes, positive
     * @return bytes read, 0 at the end of the file or stream, or {@code -errno}
     */
    public static int read(int fd, long address, int length) {
        requirePositive(address, length);
        MemorySegment state = NativeFunctions.state();
        long n;
        do {
            try {
                n = (long) Read.HANDLE.invokeExact(state, (long) fd, address, (long) length, 0L, 0L, 0L);
            } catch (Throwable t) {
                throw NativeFunctions.rethrow(t);
            }
        } while (isInterrupted(n, state));
        return moved(n, length, state);
    }

    /**
     * write(2).
     *
     * @param fd      an open descriptor
     * @param address where the bytes are
     * @param length  how many, positive
     * @return bytes written, or {@code -errno}
     */
    public static int write(int fd, long address, int length) {
        requirePositive(address, length);
        MemorySegment state = NativeFunctions.state();
        long n;
        do {
            try {
                n = (long) Write.HANDLE.invokeExact(state, (long) fd, address, (long) length, 0L, 0L, 0L);
            } catch (Throwable t) {
                throw NativeFunctions.rethrow(t);
            }
        } while (isInterrupted(n, state));
        return moved(n, length, state);
    }

    /**
     * recv(2) without flags.
     *
     * @param fd      a connected socket
     * @param address where to put the bytes
     * @param length  how many at most, positive
     * @return bytes read, 0 at the end of the stream, or {@code -errno}
     */
    public static int recv(int fd, long address, int length) {
        requirePositive(address, length);
        return recv(fd, address, length, 0);
    }

    /**
     * send(2), never raising SIGPIPE.
     *
     * @param fd      a connected socket
     * @param address where the bytes are
     * @param length  how many, positive
     * @return bytes sent, or {@code -errno}
     */
    public static int send(int fd, long address, int length) {
        requirePositive(address, length);
        return send(fd, address, length, SEND_FLAGS);
    }

    /** {@return whether this system has MSG_MORE, for {@link #sendBeforeEnd}} */
    public static boolean canSendBeforeEnd() {
        return MORE != 0;
    }

    /**
     * send(2) with MSG_MORE, where the system has it: the kernel holds the last segment back for the end of the stream.
     * A shutdown(2) of the output must follow at once, so that the end shares that segment. A close(2) alone would
     * discard it, if bytes of the peer are unread.
     *
     * @param fd      a connected TCP socket
     * @param address where the bytes are
     * @param length  how many, positive
     * @return bytes sent, or {@code -errno}
     */
    public static int sendBeforeEnd(int fd, long address, int length) {
        requirePositive(address, length);
        return send(fd, address, length, SEND_FLAGS | MORE);
    }

    /**
     * recv(2) with MSG_DONTWAIT, which does not block even without O_NONBLOCK.
     *
     * @param fd      a connected socket
     * @param address where to put the bytes
     * @param length  how many at most, positive
     * @return bytes read, 0 at the end of the stream, or {@code -errno}
     */
    public static int recvDontWait(int fd, long address, int length) {
        requirePositive(address, length);
        return recv(fd, address, length, DONTWAIT);
    }

    /**
     * send(2) with MSG_DONTWAIT, which does not block even without O_NONBLOCK. Never raises SIGPIPE.
     *
     * @param fd      a connected socket
     * @param address where the bytes are
     * @param length  how many; 0 sends an empty message on a socket with messages
     * @return bytes sent, or {@code -errno}
     */
    public static int sendDontWait(int fd, long address, int length) {
        if (length != 0) {
            requirePositive(address, length);
        }
        return send(fd, address, length, SEND_FLAGS | DONTWAIT);
    }

    /**
     * readv(2).
     *
     * @param fd      an open descriptor
     * @param vectors where to store the bytes; not empty
     * @return bytes read, or {@code -errno}
     */
    public static long readv(int fd, IoVectors vectors) {
        requireVectors(fd, vectors);
        MemorySegment state = NativeFunctions.state();
        long n;
        do {
            try {
                n = (long) Readv.HANDLE.invokeExact(
                        state, (long) fd, vectors.address(0), (long) vectors.count(), 0L, 0L, 0L);
            } catch (Throwable t) {
                throw NativeFunctions.rethrow(t);
            }
        } while (isInterrupted(n, state));
        return n < 0 ? -NativeFunctions.errno(state) : n;
    }

    /**
     * writev(2).
     *
     * @param fd      an open descriptor
     * @param vectors where the bytes are; not empty
     * @return bytes written, or {@code -errno}
     */
    public static long writev(int fd, IoVectors vectors) {
        requireVectors(fd, vectors);
        MemorySegment state = NativeFunctions.state();
        long n;
        do {
            try {
                n = (long) Writev.HANDLE.invokeExact(
                        state, (long) fd, vectors.address(0), (long) vectors.count(), 0L, 0L, 0L);
            } catch (Throwable t) {
                throw NativeFunctions.rethrow(t);
            }
        } while (isInterrupted(n, state));
        return n < 0 ? -NativeFunctions.errno(state) : n;
    }

    /**
     * The number of unread bytes, by FIONREAD of ioctl(2). It distinguishes a closed peer from one that left data
     * unread, without a read.
     *
     * @param fd an open descriptor
     * @return the number of bytes, or {@code -errno}
     */
    public static int available(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(INT);
            MemorySegment state = NativeFunctions.state();
            int result = (int) Ioctl.HANDLE.invokeExact(state, fd, Ioctl.FIONREAD, count);
            return result < 0 ? -NativeFunctions.errno(state) : count.get(INT, 0);
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    private static int recv(int fd, long address, int length, int flags) {
        MemorySegment state = NativeFunctions.state();
        long n;
        do {
            try {
                n = (long) Recv.HANDLE.invokeExact(state, (long) fd, address, (long) length, (long) flags, 0L, 0L);
            } catch (Throwable t) {
                throw NativeFunctions.rethrow(t);
            }
        } while (isInterrupted(n, state));
        return moved(n, length, state);
    }

    private static int send(int fd, long address, int length, int flags) {
        MemorySegment state = NativeFunctions.state();
        long n;
        do {
            try {
                n = (long) Send.HANDLE.invokeExact(state, (long) fd, address, (long) length, (long) flags, 0L, 0L);
            } catch (Throwable t) {
                throw NativeFunctions.rethrow(t);
            }
        } while (isInterrupted(n, state));
        return moved(n, length, state);
    }

    private static boolean isInterrupted(long n, MemorySegment state) {
        return n < 0 && NativeFunctions.errno(state) == Errno.EINTR;
    }

    private static int moved(long n, int length, MemorySegment state) {
        return n < 0 ? -NativeFunctions.errno(state) : checked(n, length);
    }

    private static void requireVectors(int fd, IoVectors vectors) {
        if (vectors.count() == 0) {
            throw new IllegalArgumentException("no vectors to transfer on descriptor " + fd);
        }
    }

    static void requirePositive(long address, int length) {
        if (length <= 0 || address == 0) {
            throw new IllegalArgumentException("a transfer needs memory: " + length + " bytes at address " + address);
        }
    }

    static int checked(long n, int length) {
        if (n > length) {
            throw new IllegalStateException("the kernel claims to have moved " + n + " bytes of " + length);
        }
        return (int) n;
    }
}
