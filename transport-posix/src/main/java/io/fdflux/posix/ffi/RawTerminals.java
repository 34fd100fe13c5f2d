package io.fdflux.posix.ffi;

import static io.fdflux.posix.ffi.NativeFunctions.ADDRESS;
import static io.fdflux.posix.ffi.NativeFunctions.INT;
import static io.fdflux.posix.ffi.NativeFunctions.LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * Calls for terminals and pseudo-terminals: tcgetattr(3), cfmakeraw(3), tcsetattr(3), ioctl_tty(2), posix_openpt(3).
 * Thread-safe. A failed call returns {@code -errno}.
 *
 * <p>A {@code struct termios} is opaque here. The C library alone reads and writes its fields.
 *
 * <pre>
 *                  0       2       4        6       8
 * struct winsize  | rows  | columns| pixels | pixels|
 * </pre>
 */
public final class RawTerminals {

    /** More than any system's {@code struct termios} takes; macOS's takes 72 bytes. */
    public static final long MODE_BYTES = 256;

    private static final int SIZE_BYTES = 8;
    private static final int ROWS = 0;
    private static final int COLUMNS = 2;
    private static final int WIDTH = 4;
    private static final int HEIGHT = 6;

    /** TTY_NAME_MAX is 32 on Linux, 128 on FreeBSD. */
    private static final long LONGEST_NAME = 1024;

    private static final FunctionDescriptor OF_INT = FunctionDescriptor.of(INT, INT);

    private static final class Tcgetattr {
        static final MethodHandle HANDLE = NativeFunctions.link("tcgetattr", FunctionDescriptor.of(INT, INT, ADDRESS));
    }

    private static final class Tcsetattr {
        static final MethodHandle HANDLE =
                NativeFunctions.link("tcsetattr", FunctionDescriptor.of(INT, INT, INT, ADDRESS));
        static final int TCSANOW = Constants.value("TCSANOW");
        static final int TCSADRAIN = Constants.value("TCSADRAIN");
        static final int EINTR = Constants.value("EINTR");
    }

    private static final class Cfmakeraw {
        static final MethodHandle HANDLE = NativeFunctions.linkExact("cfmakeraw", FunctionDescriptor.ofVoid(ADDRESS));
    }

    private static final class Ioctl {
        static final MethodHandle HANDLE =
                NativeFunctions.linkVariadic("ioctl", FunctionDescriptor.of(INT, INT, LONG, ADDRESS), 2);
        static final long TIOCGWINSZ = Integer.toUnsignedLong(Constants.value("TIOCGWINSZ"));
        static final long TIOCSWINSZ = Integer.toUnsignedLong(Constants.value("TIOCSWINSZ"));
    }

    private static final class Openpt {
        static final MethodHandle HANDLE = NativeFunctions.link("posix_openpt", OF_INT);
        static final int FLAGS = Constants.value("O_RDWR") | Constants.value("O_NOCTTY");
    }

    private static final class Grantpt {
        static final MethodHandle HANDLE = NativeFunctions.link("grantpt", OF_INT);
    }

    private static final class Unlockpt {
        static final MethodHandle HANDLE = NativeFunctions.link("unlockpt", OF_INT);
    }

    private static final class Ptsname {
        static final MethodHandle HANDLE = NativeFunctions.link("ptsname", FunctionDescriptor.of(ADDRESS, INT));
    }

    private RawTerminals() {}

    /**
     * tcgetattr(3).
     *
     * @param number of a terminal's descriptor
     * @param mode   of {@link #MODE_BYTES}; receives the mode
     * @return 0 or {@code -errno}
     */
    public static int mode(int number, MemorySegment mode) {
        MemorySegment state = NativeFunctions.state();
        try {
            int result =
                    (int) (long) Tcgetattr.HANDLE.invokeExact(state, (long) number, mode.address(), 0L, 0L, 0L, 0L);
            return result < 0 ? -NativeFunctions.errno(state) : 0;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    /**
     * tcsetattr(3). EINTR is retried.
     *
     * @param number of a terminal's descriptor
     * @param mode   the mode
     * @param drain  whether to wait until pending output is written: TCSADRAIN, else TCSANOW
     * @return 0 or {@code -errno}
     */
    public static int setMode(int number, MemorySegment mode, boolean drain) {
        long when = drain ? Tcsetattr.TCSADRAIN : Tcsetattr.TCSANOW;
        MemorySegment state = NativeFunctions.state();
        while (true) {
            int result;
            try {
                result = (int)
                        (long) Tcsetattr.HANDLE.invokeExact(state, (long) number, when, mode.address(), 0L, 0L, 0L);
            } catch (Throwable t) {
                throw NativeFunctions.rethrow(t);
            }
            if (result >= 0) {
                return 0;
            }
            int errno = NativeFunctions.errno(state);
            if (errno != Tcsetattr.EINTR) {
                return -errno;
            }
        }
    }

    /**
     * cfmakeraw(3): each byte is delivered at once, unchanged, without echo and signals.
     *
     * @param mode of a terminal; changed in place
     */
    public static void makeRaw(MemorySegment mode) {
        try {
            Cfmakeraw.HANDLE.invokeExact(NativeFunctions.state(), mode);
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    /**
     * The size of a terminal's window: TIOCGWINSZ.
     *
     * @param number of a terminal's descriptor
     * @return columns in the upper 16 of 32 bits, rows in the lower ones; or {@code -errno}
     */
    public static long size(int number) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(SIZE_BYTES, Short.BYTES);
            int result = ioctl(number, Ioctl.TIOCGWINSZ, size);
            return result < 0
                    ? result
                    : (long) Short.toUnsignedInt(size.get(ValueLayout.JAVA_SHORT, COLUMNS)) << Short.SIZE
                            | Short.toUnsignedInt(size.get(ValueLayout.JAVA_SHORT, ROWS));
        }
    }

    /**
     * Sets the size of a terminal's window: TIOCSWINSZ. Its foreground processes get SIGWINCH if it differs.
     *
     * @param number  of a terminal's descriptor
     * @param columns 0 to 65,535
     * @param rows    0 to 65,535
     * @return 0 or {@code -errno}
     */
    public static int setSize(int number, int columns, int rows) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(SIZE_BYTES, Short.BYTES);
            size.set(ValueLayout.JAVA_SHORT, COLUMNS, (short) columns);
            size.set(ValueLayout.JAVA_SHORT, ROWS, (short) rows);
            return ioctl(number, Ioctl.TIOCSWINSZ, size);
        }
    }

    private static int ioctl(int number, long request, MemorySegment argument) {
        MemorySegment state = NativeFunctions.state();
        try {
            int result = (int) Ioctl.HANDLE.invokeExact(state, number, request, argument);
            return result < 0 ? -NativeFunctions.errno(state) : 0;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    /**
     * Opens the master of a new pseudo-terminal, blocking, whose other side may be opened: posix_openpt(3),
     * grantpt(3), unlockpt(3).
     *
     * @return its number, or {@code -errno}
     */
    public static int openMaster() {
        int master = call(Openpt.HANDLE, Openpt.FLAGS);
        if (master < 0) {
            return master;
        }
        int result = call(Grantpt.HANDLE, master);
        if (result >= 0) {
            result = call(Unlockpt.HANDLE, master);
        }
        if (result < 0) {
            RawDescriptors.close(master);
            return result;
        }
        return master;
    }

    // Only for calls that a pseudo-terminal makes once, because the handle is no constant here: see Io.
    private static int call(MethodHandle handle, int argument) {
        MemorySegment state = NativeFunctions.state();
        try {
            int result = (int) (long) handle.invokeExact(state, (long) argument, 0L, 0L, 0L, 0L, 0L);
            return result < 0 ? -NativeFunctions.errno(state) : result;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    /**
     * The path of the other side of a pseudo-terminal: ptsname(3). The lock is for its static result, since OpenBSD has
     * no ptsname_r.
     *
     * @param master its number
     * @return the path, or null if the number is no master
     */
    public static synchronized String nameOfOtherSide(int master) {
        try {
            long name = (long) Ptsname.HANDLE.invokeExact(NativeFunctions.state(), (long) master, 0L, 0L, 0L, 0L, 0L);
            return name == 0 ? null : NativeFunctions.string(name, LONGEST_NAME);
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    static List<CStruct> cStructs() {
        return List.of(CStruct.of("struct winsize", SIZE_BYTES)
                .with("ws_row", ROWS, Short.BYTES, CStruct.Sign.UNSIGNED)
                .with("ws_col", COLUMNS, Short.BYTES, CStruct.Sign.UNSIGNED)
                .with("ws_xpixel", WIDTH, Short.BYTES, CStruct.Sign.UNSIGNED)
                .with("ws_ypixel", HEIGHT, Short.BYTES, CStruct.Sign.UNSIGNED));
    }
}
