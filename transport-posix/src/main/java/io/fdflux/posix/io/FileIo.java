package io.fdflux.posix.io;

import static io.fdflux.posix.ffi.NativeFunctions.INT;
import static io.fdflux.posix.ffi.NativeFunctions.LONG;

import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.NativeFunctions;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Files by their descriptors: pread(2). Any thread. */
public final class FileIo {

    private static final class Pread {
        static final MethodHandle HANDLE =
                NativeFunctions.link("pread", FunctionDescriptor.of(LONG, INT, LONG, LONG, LONG));
    }

    private FileIo() {}

    /**
     * pread(2): reads at an offset, leaving the file's own position alone. It does not throw or allocate.
     *
     * @param fd      an open file
     * @param address where to put the bytes
     * @param length  how many at most, positive
     * @param offset  where in the file, not negative
     * @return bytes read, 0 at the end of the file, or {@code -errno}
     */
    public static int pread(int fd, long address, int length, long offset) {
        Io.requirePositive(address, length);
        MemorySegment state = NativeFunctions.state();
        while (true) {
            long n;
            try {
                n = (long) Pread.HANDLE.invokeExact(state, fd, address, (long) length, offset);
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
