package io.fdflux.posix.ffi;

import static io.fdflux.posix.ffi.NativeFunctions.INT;
import static io.fdflux.posix.ffi.NativeFunctions.LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Calls open(2). Thread-safe. */
public final class RawFiles {

    /** open(2) reads a mode only with O_CREAT. */
    public static final int NO_MODE = 0;

    private static final class Open {
        static final MethodHandle HANDLE =
                NativeFunctions.linkVariadic("open", FunctionDescriptor.of(INT, LONG, INT, INT), 2);
        static final int EINTR = Constants.value("EINTR");
    }

    private RawFiles() {}

    /**
     * open(2).
     *
     * @param path  the file's name, encoded here like the JDK's
     * @param flags the OS's bits
     * @param mode  permissions of a created file before the umask; {@link #NO_MODE} without O_CREAT
     * @return the number or {@code -errno}
     */
    public static int open(String path, int flags, int mode) {
        return open(PathBytes.of(path), flags, mode);
    }

    /**
     * open(2).
     *
     * @param path  the file
     * @param flags the OS's bits
     * @param mode  permissions of a created file before the umask; {@link #NO_MODE} without O_CREAT
     * @return the number or {@code -errno}
     */
    public static int open(Path path, int flags, int mode) {
        return open(PathBytes.of(path), flags, mode);
    }

    private static int open(byte[] bytes, int flags, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(bytes.length + 1L);
            MemorySegment.copy(bytes, 0, text, ValueLayout.JAVA_BYTE, 0, bytes.length);
            MemorySegment state = NativeFunctions.state();
            while (true) {
                int result = (int) Open.HANDLE.invokeExact(state, text.address(), flags, mode);
                int errno = NativeFunctions.errno(state);
                if (result >= 0) {
                    return result;
                }
                if (errno != Open.EINTR) {
                    return -errno;
                }
            }
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    /** {@return the JDK's encoding of file names} */
    public static Charset charsetOfNames() {
        String name = System.getProperty("sun.jnu.encoding", "UTF-8");
        return Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.UTF_8;
    }
}
