package io.fdflux.posix.io;

import static io.fdflux.posix.ffi.NativeFunctions.INT;
import static io.fdflux.posix.ffi.NativeFunctions.LONG;

import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.NativeFunctions;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Reads files at an offset with pread(2). Thread-safe. */
public final class FileIo {

    private static final class Pread {
        static final MethodHandle HANDLE =
                NativeFunctions.link("pread", FunctionDescriptor.of(LONG, INT, LONG, LONG, LONG));
    }

    private FileIo() {}

    /**
     * pread(2), which does not move the file's position. EINTR is retried. It does not allocate.
     *
     * @param fd      an open file
     * @param address where to store the bytes
     * @param length  the most bytes, positive
     * @param offset  the position in the file, not negative
     * @return bytes read, 0 at the end of the file, or {@code -errno}
     */
    public static int pread(int fd, long address, int length, long offset) {
        Io.requirePositive(address, length);
        MemorySegment state = NativeFunctions.state();
        while (true) {
            long n;
            try {
                n = (long) Pread.HANDLE.invokeExact(state, (long) fd, address, (long) length, offset, 0L, 0L);
            } catch (Throwable t) {
                throw NativeFunctions.rethrow(t);
            }
            if (n >= 0) {
                return Io.checked(n, length);
            }
            int errno = NativeFunctions.errno(state);
            if (errno != Errno.EINTR) {
                return -errno;
            }
        }
    }
}
