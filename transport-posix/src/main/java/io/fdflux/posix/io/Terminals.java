package io.fdflux.posix.io;

import static io.fdflux.posix.ffi.NativeFunctions.ADDRESS;
import static io.fdflux.posix.ffi.NativeFunctions.INT;
import static io.fdflux.posix.ffi.NativeFunctions.LONG;

import io.fdflux.posix.ffi.NativeFunctions;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** Recognises terminals and finds their paths, with isatty(3) and ttyname_r(3). Thread-safe. */
final class Terminals {

    /** TTY_NAME_MAX is 32 on Linux, 128 on FreeBSD; MAXPATHLEN holds all of them. */
    private static final int LONGEST_NAME = 1024;

    private static final class Isatty {
        static final MethodHandle HANDLE = NativeFunctions.link("isatty", FunctionDescriptor.of(INT, INT));
    }

    private static final class Ttyname {
        static final MethodHandle HANDLE =
                NativeFunctions.link("ttyname_r", FunctionDescriptor.of(INT, INT, ADDRESS, LONG));
    }

    private Terminals() {}

    static boolean isTerminal(int fd) {
        try {
            return (int) (long) Isatty.HANDLE.invokeExact(NativeFunctions.state(), (long) fd, 0L, 0L, 0L, 0L, 0L) == 1;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    /** The path of a terminal. Empty for another file, and for a terminal without a path in this mount namespace. */
    static Optional<String> name(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(LONGEST_NAME);
            int errno = (int) (long) Ttyname.HANDLE.invokeExact(
                    NativeFunctions.state(), (long) fd, name.address(), (long) LONGEST_NAME, 0L, 0L, 0L);
            return errno == 0 ? Optional.of(name.getString(0)) : Optional.empty();
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }
}
