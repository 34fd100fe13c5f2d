package io.fdflux.posix.io;

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
 * Moves bytes between a pipe and another descriptor with splice(2), without a copy in this process. Linux only.
 * Thread-safe. A call does not allocate after the first one per thread, never waits for the pipe, and retries EINTR.
 */
public final class Splice {

    private static final class Call {
        static final MethodHandle HANDLE =
                NativeFunctions.link("splice", FunctionDescriptor.of(LONG, INT, LONG, INT, LONG, LONG, INT));
        static final int FLAGS = Constants.flag("SPLICE_F_NONBLOCK") | Constants.flag("SPLICE_F_MOVE");
    }

    private static final class Allowed {
        static final boolean HERE = Constants.find("SPLICE_F_NONBLOCK").isPresent()
                && NativeFunctions.has("splice")
                && !isRefusal(splice(NO_DESCRIPTOR, NO_DESCRIPTOR, NO_OFFSET, 1)); // without a sandbox: EBADF

        private static boolean isRefusal(long result) {
            return result == -Errno.ENOSYS || result == -Errno.EPERM;
        }
    }

    /** The kernel reads the file offset here. */
    private static final ThreadLocal<MemorySegment> OFFSET =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(LONG));

    private static final long NO_OFFSET = 0;
    private static final int NO_DESCRIPTOR = -1;

    private Splice() {}

    /** {@return whether this system has the call and no sandbox refuses it} */
    public static boolean available() {
        return Allowed.HERE;
    }

    /**
     * Moves bytes from a pipe or to one. A short result means neither an empty input nor a full output, because a
     * pipe's capacity counts pages (pipe(7)) and a socket's data may occupy any number of pages.
     *
     * @param from  an open descriptor
     * @param to    an open descriptor; at least one of both is a pipe
     * @param count the most bytes, positive
     * @return bytes moved, 0 at the end of the input, or {@code -errno}; EAGAIN if the input is empty or the
     *     output full
     */
    public static long move(int from, int to, long count) {
        return splice(from, to, NO_OFFSET, count);
    }

    /**
     * Moves bytes from a pipe to an offset in a file, without moving the file's position.
     *
     * @param pipe   the reading end of a pipe
     * @param file   an open file
     * @param offset the position in the file, not negative
     * @param count  the most bytes, positive
     * @return bytes moved, 0 if the pipe is empty and has no writer, or {@code -errno}
     */
    public static long moveToFile(int pipe, int file, long offset, long count) {
        if (offset < 0) {
            throw new IllegalArgumentException("an offset in a file is not negative: " + offset);
        }
        MemorySegment cell = OFFSET.get();
        cell.set(LONG, 0, offset);
        return splice(pipe, file, cell.address(), count);
    }

    private static long splice(int from, int to, long offsetAddress, long count) {
        if (count <= 0) {
            throw new IllegalArgumentException("a splice moves at least one byte, not " + count);
        }
        MemorySegment state = NativeFunctions.state();
        while (true) {
            long n;
            try {
                n = (long) Call.HANDLE.invokeExact(
                        state, (long) from, NO_OFFSET, (long) to, offsetAddress, count, (long) Call.FLAGS);
            } catch (Throwable t) {
                throw NativeFunctions.rethrow(t);
            }
            if (n > count) {
                throw new IllegalStateException("the kernel claims to have moved " + n + " bytes of " + count);
            }
            if (n >= 0) {
                return n;
            }
            int errno = NativeFunctions.errno(state);
            if (errno != Errno.EINTR) {
                return -errno;
            }
        }
    }
}
