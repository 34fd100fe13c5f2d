package io.fdflux.posix.io;

import static io.fdflux.posix.ffi.NativeFunctions.INT;
import static io.fdflux.posix.ffi.NativeFunctions.LONG;

import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.NativeFunctions;
import io.fdflux.posix.platform.Platform;
import io.fdflux.posix.platform.Platform.Os;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Sends bytes of a file to a socket with sendfile(2), without a copy in this process. Thread-safe. A call does not
 * allocate after the first one per thread. Systems have three functions of this name; NetBSD and OpenBSD have none.
 *
 * <pre>
 *           | arguments                                              | result       | bytes sent
 * ----------+--------------------------------------------------------+--------------+------------------------
 * Linux     | out, in, off_t *offset, size_t count                   | bytes or -1  | the result
 * FreeBSD,  | in, out, off_t offset, size_t count, header, off_t     | 0 or -1      | *sent, also with -1
 * DragonFly | *sent, flags                                           |              |
 * macOS     | in, out, off_t offset, off_t *count, header, flags     | 0 or -1      | *count, also with -1
 * </pre>
 */
public final class Sendfile {

    private static final Os SYSTEM = Platform.current().os();

    private static final class Call {
        static final boolean AVAILABLE = SYSTEM != Os.NETBSD && SYSTEM != Os.OPENBSD && NativeFunctions.has("sendfile");
        static final MethodHandle HANDLE = switch (SYSTEM) {
            case LINUX -> NativeFunctions.link("sendfile", FunctionDescriptor.of(LONG, INT, INT, LONG, LONG));
            case MACOS -> NativeFunctions.link("sendfile", FunctionDescriptor.of(INT, INT, INT, LONG, LONG, LONG, INT));
            default ->
                NativeFunctions.linkExact(
                        "sendfile", FunctionDescriptor.of(INT, INT, INT, LONG, LONG, LONG, LONG, INT));
        };
    }

    private static final class Unfit {
        static final int EINVAL = Constants.value("EINVAL");
        static final int ENOSYS = Constants.value("ENOSYS");
        static final int EPERM = Constants.value("EPERM");
        static final int ESPIPE = Constants.value("ESPIPE");
        static final int EOVERFLOW = Constants.value("EOVERFLOW");
        static final int EOPNOTSUPP = Constants.value("EOPNOTSUPP");
        static final int ENOTSUP = Constants.flag("ENOTSUP");
    }

    /** The kernel reads the offset here, or writes the number of sent bytes. */
    private static final ThreadLocal<MemorySegment> CELL =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(LONG));

    private static final long NO_HEADER = 0;
    private static final int NO_FLAGS = 0;

    private Sendfile() {}

    /** {@return whether this system has the call} */
    public static boolean available() {
        return Call.AVAILABLE;
    }

    /**
     * Sends a part of a file. The file's position is neither used nor moved. If a signal or a full socket interrupts
     * the call, the result is the number of bytes sent before. After a short result, only the next call distinguishes a
     * full socket from the end of the file.
     *
     * @param socket a connected non-blocking stream socket
     * @param file   an open file
     * @param offset the position in the file, not negative
     * @param count  the most bytes, positive
     * @return bytes sent, 0 if the file ends at or before the offset, or {@code -errno}
     */
    public static long send(int socket, int file, long offset, long count) {
        if (offset < 0 || count <= 0) {
            // On the BSDs and macOS a count of 0 means up to the end of the file: sendfile(2).
            throw new IllegalArgumentException(count + " bytes at " + offset + " cannot be sent");
        }
        MemorySegment state = NativeFunctions.state();
        MemorySegment cell = CELL.get();
        while (true) {
            long result;
            try {
                result = switch (SYSTEM) {
                    case LINUX -> linux(state, cell, socket, file, offset, count);
                    case MACOS -> macos(state, cell, socket, file, offset, count);
                    default -> freebsd(state, cell, socket, file, offset, count);
                };
            } catch (Throwable t) {
                throw NativeFunctions.rethrow(t);
            }
            if (result > count) {
                throw new IllegalStateException("the kernel claims to have sent " + result + " bytes of " + count);
            }
            if (result != -Errno.EINTR) {
                return result;
            }
        }
    }

    /**
     * Whether an error means that sendfile does not support this file or socket, so that a read and a write may still
     * succeed. Examples are a file of /proc, some file systems and kinds of socket, and a sandbox that forbids
     * the call.
     *
     * @param errno the error number of {@link #send}, positive
     * @return true if the caller should copy the bytes instead
     */
    public static boolean unfit(int errno) {
        return errno == Unfit.EINVAL
                || errno == Unfit.ENOSYS
                || errno == Unfit.EPERM
                || errno == Unfit.ESPIPE
                || errno == Unfit.EOVERFLOW
                || errno == Unfit.EOPNOTSUPP
                || errno == Unfit.ENOTSUP;
    }

    private static long linux(MemorySegment state, MemorySegment cell, int socket, int file, long offset, long count)
            throws Throwable {
        cell.set(LONG, 0, offset);
        long sent = (long) Call.HANDLE.invokeExact(state, (long) socket, (long) file, cell.address(), count, 0L, 0L);
        return sent >= 0 ? sent : -NativeFunctions.errno(state);
    }

    private static long freebsd(MemorySegment state, MemorySegment cell, int socket, int file, long offset, long count)
            throws Throwable {
        cell.set(LONG, 0, 0);
        int result =
                (int) Call.HANDLE.invokeExact(state, file, socket, offset, count, NO_HEADER, cell.address(), NO_FLAGS);
        return freebsdResult(result, cell.get(LONG, 0), NativeFunctions.errno(state));
    }

    private static long macos(MemorySegment state, MemorySegment cell, int socket, int file, long offset, long count)
            throws Throwable {
        cell.set(LONG, 0, count);
        int result = (int) (long) Call.HANDLE.invokeExact(
                state, (long) file, (long) socket, offset, cell.address(), NO_HEADER, (long) NO_FLAGS);
        return macosResult(result, cell.get(LONG, 0), NativeFunctions.errno(state));
    }

    /** Returns bytes sent before an error. The next call returns the error. */
    static long freebsdResult(int result, long sent, int errno) {
        return result == 0 || sent > 0 ? sent : -errno;
    }

    /**
     * The cell has the number of sent bytes after EAGAIN and EINTR only, see sendfile(2) of macOS. After another error
     * it may still hold the requested count.
     */
    static long macosResult(int result, long sent, int errno) {
        boolean counted = result == 0 || errno == Errno.EAGAIN || errno == Errno.EINTR;
        return counted ? freebsdResult(result, sent, errno) : -errno;
    }
}
