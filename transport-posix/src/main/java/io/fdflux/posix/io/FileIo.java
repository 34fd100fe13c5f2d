package io.fdflux.posix.io;

import static io.fdflux.posix.ffi.NativeFunctions.INT;
import static io.fdflux.posix.ffi.NativeFunctions.LONG;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.NativeFunctions;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystems;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Files by their descriptors: open(2) and pread(2). Any thread. */
public final class FileIo {

    private static final class Open {
        static final MethodHandle HANDLE =
                NativeFunctions.linkVariadic("open", FunctionDescriptor.of(INT, LONG, INT, INT), 2);
        // Without O_NONBLOCK, a pipe by that name would be waited for until somebody writes to it.
        static final int TO_READ =
                Constants.value("O_RDONLY") | Constants.value("O_CLOEXEC") | Constants.value("O_NONBLOCK");
        static final int NO_MODE = 0;
        static final int EACCES = Constants.value("EACCES");
    }

    private static final class Pread {
        static final MethodHandle HANDLE =
                NativeFunctions.link("pread", FunctionDescriptor.of(LONG, INT, LONG, LONG, LONG));
    }

    private FileIo() {}

    /**
     * Opens a file for reading, closed on exec.
     *
     * @param path a file of the default file system
     * @return its descriptor; the caller closes it
     * @throws NoSuchFileException      if there is none
     * @throws AccessDeniedException    if this process must not read it
     * @throws IOException              if it cannot be opened for another reason
     * @throws IllegalArgumentException if the path is one of another file system than the operating system's
     */
    public static Descriptor openToRead(Path path) throws IOException {
        if (path.getFileSystem() != FileSystems.getDefault()) {
            throw new IllegalArgumentException(path + " is in " + path.getFileSystem()
                    + ", of which the operating system knows nothing; a file of the default file system is needed");
        }
        int result = open(path.toAbsolutePath().toString(), Open.TO_READ);
        if (result >= 0) {
            return Descriptor.unshared(result);
        }
        IOException cause = Errno.exception("open", path, -result);
        if (result == -Errno.ENOENT) {
            throw initCause(new NoSuchFileException(path.toString(), null, cause.getMessage()), cause);
        }
        if (result == -Open.EACCES) {
            throw initCause(new AccessDeniedException(path.toString(), null, cause.getMessage()), cause);
        }
        throw cause;
    }

    private static IOException initCause(IOException exception, IOException cause) {
        exception.initCause(cause);
        return exception;
    }

    /** open(2) of what exists; the number or {@code -errno}. */
    static int open(String path, int flags) {
        byte[] bytes = path.getBytes(ofFileNames());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(bytes.length + 1L);
            MemorySegment.copy(bytes, 0, text, ValueLayout.JAVA_BYTE, 0, bytes.length);
            MemorySegment state = NativeFunctions.state();
            while (true) {
                int result = (int) Open.HANDLE.invokeExact(state, text.address(), flags, Open.NO_MODE);
                int errno = NativeFunctions.errno(state);
                if (result >= 0) {
                    return result;
                }
                if (errno != Errno.EINTR) {
                    return -errno;
                }
            }
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    /** {@return the encoding in which the JDK names files} */
    public static Charset ofFileNames() {
        String name = System.getProperty("sun.jnu.encoding", "UTF-8");
        return Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.UTF_8;
    }

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
