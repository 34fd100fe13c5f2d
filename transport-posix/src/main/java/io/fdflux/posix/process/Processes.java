package io.fdflux.posix.process;

import static io.fdflux.posix.ffi.NativeFunctions.ADDRESS;
import static io.fdflux.posix.ffi.NativeFunctions.INT;

import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.NativeFunctions;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Calls kill(2) and waitpid(2). Thread-safe. */
public final class Processes {

    /** The result of {@link #reap} while the child runs. No status of wait(2) is negative. */
    public static final int RUNNING = -1;

    /** The status of a child that somebody else has reaped, or that the kernel has dropped: SIGCHLD is ignored. */
    public static final int LOST = -2;

    private static final class Kill {
        static final MethodHandle HANDLE = NativeFunctions.link("kill", FunctionDescriptor.of(INT, INT, INT));
    }

    private static final class Waitpid {
        static final MethodHandle HANDLE =
                NativeFunctions.link("waitpid", FunctionDescriptor.of(INT, INT, ADDRESS, INT));
        static final long NO_HANG = Constants.value("WNOHANG");
    }

    private Processes() {}

    /**
     * kill(2).
     *
     * @param pid    a process, or a process group if negative
     * @param signal the platform's number; 0 only checks whether the process exists
     * @return 0 or {@code -errno}
     */
    public static int kill(int pid, int signal) {
        MemorySegment state = NativeFunctions.state();
        try {
            int result = (int) (long) Kill.HANDLE.invokeExact(state, (long) pid, (long) signal, 0L, 0L, 0L, 0L);
            return result < 0 ? -NativeFunctions.errno(state) : 0;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    /**
     * Reaps a child if it has ended: waitpid(2) with WNOHANG. Its pid is free afterwards.
     *
     * @param pid a child of this process
     * @return the status of wait(2), {@link #RUNNING} or {@link #LOST}
     */
    public static int reap(int pid) {
        MemorySegment state = NativeFunctions.state();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(INT);
            while (true) {
                int result = (int) (long)
                        Waitpid.HANDLE.invokeExact(state, (long) pid, status.address(), Waitpid.NO_HANG, 0L, 0L, 0L);
                if (result == 0) {
                    return RUNNING;
                }
                if (result > 0) {
                    return status.get(INT, 0) & 0xffff; // wait(2) uses no other bits of it
                }
                if (NativeFunctions.errno(state) != Errno.EINTR) {
                    return LOST; // ECHILD: waitpid(2) has no other error for these arguments
                }
            }
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }
}
