package io.fdflux.posix.ffi;

import static io.fdflux.posix.ffi.NativeFunctions.INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Calls fcntl(2) and close(2) on a descriptor's number. Thread-safe. A failed call returns {@code -errno}. */
public final class RawDescriptors {

    private static final class Fcntl {
        static final MethodHandle HANDLE =
                NativeFunctions.linkVariadic("fcntl", FunctionDescriptor.of(INT, INT, INT, INT), 2);
    }

    private static final class Close {
        static final MethodHandle HANDLE = NativeFunctions.link("close", FunctionDescriptor.of(INT, INT));
    }

    private static final class Constant {
        static final int F_GETFL = Constants.value("F_GETFL");
        static final int F_SETFL = Constants.value("F_SETFL");
        static final int F_SETFD = Constants.value("F_SETFD");
        static final int FD_CLOEXEC = Constants.value("FD_CLOEXEC");
        static final int O_NONBLOCK = Constants.value("O_NONBLOCK");
    }

    private RawDescriptors() {}

    /**
     * fcntl(2).
     *
     * @param number   of a descriptor
     * @param command  the OS's number
     * @param argument 0 if the command has none
     * @return the command's result, or {@code -errno}
     */
    public static int fcntl(int number, int command, int argument) {
        MemorySegment state = NativeFunctions.state();
        try {
            int result = (int) Fcntl.HANDLE.invokeExact(state, number, command, argument);
            return result >= 0 ? result : -NativeFunctions.errno(state);
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    /**
     * close(2).
     *
     * @param number of a descriptor
     * @return 0 or {@code -errno}
     */
    public static int close(int number) {
        MemorySegment state = NativeFunctions.state();
        try {
            int result = (int) (long) Close.HANDLE.invokeExact(state, (long) number, 0L, 0L, 0L, 0L, 0L);
            return result >= 0 ? result : -NativeFunctions.errno(state);
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    /**
     * Sets O_NONBLOCK and FD_CLOEXEC on a new number, if the call that made it cannot do so.
     *
     * @param number of a descriptor
     * @return not negative, or {@code -errno}
     */
    public static int setFlags(int number) {
        int result = fcntl(number, Constant.F_SETFD, Constant.FD_CLOEXEC);
        if (result < 0) {
            return result;
        }
        int flags = fcntl(number, Constant.F_GETFL, 0);
        return flags < 0 ? flags : fcntl(number, Constant.F_SETFL, flags | Constant.O_NONBLOCK);
    }

    /**
     * {@link #setFlags}, but closes the number on failure.
     *
     * @param number of a descriptor without other users
     * @return the number, or {@code -errno}
     */
    public static int withFlags(int number) {
        int result = setFlags(number);
        if (result < 0) {
            close(number);
            return result;
        }
        return number;
    }
}
