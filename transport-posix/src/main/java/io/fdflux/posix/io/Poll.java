package io.fdflux.posix.io;

import static io.fdflux.posix.ffi.NativeFunctions.ADDRESS;
import static io.fdflux.posix.ffi.NativeFunctions.INT;
import static io.fdflux.posix.ffi.NativeFunctions.LONG;

import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.CStruct;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.NativeFunctions;
import io.fdflux.posix.platform.Platform;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * Reads the readiness of one descriptor with poll(2), without waiting. Thread-safe.
 *
 * <pre>
 *                  0   4      6       8
 * struct pollfd   | fd| events|revents|
 * </pre>
 */
public final class Poll {

    /** Data to read, or the end. */
    public static final int IN = Constants.value("POLLIN");

    /** Space to write. */
    public static final int OUT = Constants.value("POLLOUT");

    /** An error is pending, or a pipe has no reader; always reported. */
    public static final int ERR = Constants.value("POLLERR");

    /** Both directions are shut down, or a pipe has no writer; always reported. */
    public static final int HUP = Constants.value("POLLHUP");

    /** The number is not open; always reported. */
    public static final int NVAL = Constants.value("POLLNVAL");

    /** The peer has shut down its output; 0 on systems that do not report it. */
    public static final int RDHUP = Constants.flag("POLLRDHUP");

    private static final int EVENTS = 4;
    private static final int RETURNED = 6;
    private static final int BYTES = 8;
    private static final boolean COUNT_IS_LONG = Platform.current().os() == Platform.Os.LINUX;

    private static final class Call {
        static final MethodHandle HANDLE =
                NativeFunctions.link("poll", FunctionDescriptor.of(INT, ADDRESS, COUNT_IS_LONG ? LONG : INT, INT));
    }

    private Poll() {}

    /**
     * poll(2) with a timeout of 0.
     *
     * @param fd     an open descriptor
     * @param events a union of {@link #IN}, {@link #OUT} and {@link #RDHUP}
     * @return the ready ones of them, {@link #ERR}, {@link #HUP} and {@link #NVAL}; or {@code -errno}
     */
    public static int now(int fd, int events) {
        try (Arena arena = Arena.ofConfined()) {
            return now(arena.allocate(BYTES, Integer.BYTES), fd, events);
        }
    }

    private static int now(MemorySegment entry, int fd, int events) {
        entry.set(ValueLayout.JAVA_INT, 0, fd);
        entry.set(ValueLayout.JAVA_SHORT, EVENTS, (short) events);
        MemorySegment state = NativeFunctions.state();
        while (true) {
            int result;
            try {
                result = (int) (long) Call.HANDLE.invokeExact(state, entry.address(), 1L, 0L, 0L, 0L, 0L);
            } catch (Throwable t) {
                throw NativeFunctions.rethrow(t);
            }
            if (result >= 0) {
                return Short.toUnsignedInt(entry.get(ValueLayout.JAVA_SHORT, RETURNED));
            }
            int errno = NativeFunctions.errno(state);
            if (errno != Errno.EINTR) {
                return -errno;
            }
        }
    }

    static List<CStruct> cStructs() {
        return List.of(CStruct.of("struct pollfd", BYTES)
                .with("fd", 0, Integer.BYTES, CStruct.Sign.SIGNED)
                .with("events", EVENTS, Short.BYTES)
                .with("revents", RETURNED, Short.BYTES));
    }
}
