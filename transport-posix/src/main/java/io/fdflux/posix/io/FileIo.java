package io.fdflux.posix.io;

import static io.fdflux.posix.ffi.NativeFunctions.INT;
import static io.fdflux.posix.ffi.NativeFunctions.LONG;

import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.NativeFunctions;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Reads files at an offset with pread(2), and asks for their size. Thread-safe. */
public final class FileIo {

    private static final class Pread {
        static final MethodHandle HANDLE =
                NativeFunctions.link("pread", FunctionDescriptor.of(LONG, INT, LONG, LONG, LONG));
    }

    private static final class Lseek {
        static final MethodHandle HANDLE = NativeFunctions.link("lseek", FunctionDescriptor.of(LONG, INT, LONG, INT));
        static final int SEEK_END = Constants.value("SEEK_END");
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

    /**
     * The size of a file, by lseek(2) to its end. It moves the position that read(2) and write(2) use, so it is for
     * descriptors that are read by {@link #pread} alone.
     *
     * @param fd an open file
     * @return bytes, or {@code -errno}: -ESPIPE for a pipe, a socket or a terminal
     */
    public static long size(int fd) {
        MemorySegment state = NativeFunctions.state();
        try {
            long end = (long) Lseek.HANDLE.invokeExact(state, (long) fd, 0L, (long) Lseek.SEEK_END, 0L, 0L, 0L);
            return end < 0 ? -NativeFunctions.errno(state) : end;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }
}
