package io.fdflux.posix.ffi;

import static io.fdflux.posix.ffi.NativeFunctions.ADDRESS;
import static io.fdflux.posix.ffi.NativeFunctions.INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;

/** Calls getsockopt(2) and setsockopt(2) with the OS's numbers. Thread-safe. A failed call returns {@code -errno}. */
public final class RawSocketOptions {

    private static final class Getsockopt {
        static final MethodHandle HANDLE =
                NativeFunctions.link("getsockopt", FunctionDescriptor.of(INT, INT, INT, INT, ADDRESS, ADDRESS));
    }

    private static final class Setsockopt {
        static final MethodHandle HANDLE =
                NativeFunctions.link("setsockopt", FunctionDescriptor.of(INT, INT, INT, INT, ADDRESS, INT));
    }

    private RawSocketOptions() {}

    /**
     * getsockopt(2).
     *
     * @param arena  for the length, during the call
     * @param fd     a socket
     * @param level  the OS's number
     * @param number the OS's number of the option
     * @param value  receives the value
     * @return bytes written to {@code value}, or {@code -errno}
     */
    public static int get(Arena arena, int fd, int level, int number, MemorySegment value) {
        return get(fd, level, number, value, arena.allocate(ValueLayout.JAVA_INT));
    }

    /**
     * getsockopt(2), for calls that are made often.
     *
     * @param fd     a socket
     * @param level  the OS's number
     * @param number the OS's number of the option
     * @param value  receives the value
     * @param length memory for a {@code socklen_t}
     * @return bytes written to {@code value}, or {@code -errno}
     */
    public static int get(int fd, int level, int number, MemorySegment value, MemorySegment length) {
        length.set(ValueLayout.JAVA_INT, 0, (int) value.byteSize());
        MemorySegment state = NativeFunctions.state();
        try {
            int result = (int) (long) Getsockopt.HANDLE.invokeExact(
                    state, (long) fd, (long) level, (long) number, value.address(), length.address(), 0L);
            return result < 0 ? -NativeFunctions.errno(state) : length.get(ValueLayout.JAVA_INT, 0);
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        } finally {
            Reference.reachabilityFence(value);
            Reference.reachabilityFence(length);
        }
    }

    /**
     * setsockopt(2).
     *
     * @param fd     a socket
     * @param level  the OS's number
     * @param number the OS's number of the option
     * @param value  the whole value
     * @return 0 or {@code -errno}
     */
    public static int set(int fd, int level, int number, MemorySegment value) {
        MemorySegment state = NativeFunctions.state();
        try {
            int result = (int) (long) Setsockopt.HANDLE.invokeExact(
                    state, (long) fd, (long) level, (long) number, value.address(), value.byteSize(), 0L);
            return result < 0 ? -NativeFunctions.errno(state) : 0;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        } finally {
            Reference.reachabilityFence(value);
        }
    }
}
