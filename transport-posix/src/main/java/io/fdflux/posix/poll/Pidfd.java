package io.fdflux.posix.poll;

import static io.fdflux.posix.ffi.NativeFunctions.ADDRESS;
import static io.fdflux.posix.ffi.NativeFunctions.INT;
import static io.fdflux.posix.ffi.NativeFunctions.LONG;

import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.CStruct;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.NativeFunctions;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * Calls pidfd_open(2), and waitid(2) on its descriptors. Thread-safe. Linux only, since 5.4. EPOLLIN of such a
 * descriptor reports that the process has ended.
 */
public final class Pidfd {

    /** The status of a process that is no child of this one, or that somebody else has waited for. */
    public static final int UNKNOWN_STATUS = -1;

    // waitid reports more members for other signals; these two are those of SIGCHLD: sigaction(2).
    private static final long CODE_OFFSET = 8;
    private static final long STATUS_OFFSET = 24;
    private static final long SIGINFO_BYTES = 128;

    /** wait(2): the exit code is in the second byte of a status, the signal in the first one. */
    private static final int EXIT_SHIFT = 8;

    private static final int EXIT_MASK = 0xff;
    private static final int CORE_DUMPED = 0x80;

    private static final class Syscall {
        // Not pidfd_open of the C library: glibc has it since 2.36, musl since 1.2.6.
        static final MethodHandle HANDLE =
                NativeFunctions.linkVariadic("syscall", FunctionDescriptor.of(LONG, LONG, LONG, LONG), 1);
        static final long NO_FLAGS = 0;
    }

    private static final class Waitid {
        static final MethodHandle HANDLE =
                NativeFunctions.link("waitid", FunctionDescriptor.of(INT, INT, INT, ADDRESS, INT));
    }

    private Pidfd() {}

    /**
     * pidfd_open(2). A child that has ended and was not waited for can be opened; its descriptor is ready at once.
     *
     * @param pid of a process
     * @return a new descriptor's number, closed on exec, or {@code -errno}: ESRCH if there is no such process, or it is
     *     a thread of one, ENOSYS on kernels before 5.3
     */
    public static int open(long pid) {
        if (pid <= 0 || pid > Integer.MAX_VALUE) {
            return -Errno.ESRCH;
        }
        MemorySegment state = NativeFunctions.state();
        try {
            long result = (long)
                    Syscall.HANDLE.invokeExact(state, (long) Constants.value("SYS_pidfd_open"), pid, Syscall.NO_FLAGS);
            return result < 0 ? refusal(NativeFunctions.errno(state)) : (int) result;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    /** A thread that leads no process gets EINVAL from older kernels, ENOENT from newer ones: pidfd_prepare(). */
    private static int refusal(int errno) {
        return errno == Errno.EINVAL || errno == Errno.ENOENT ? -Errno.ESRCH : -errno;
    }

    /**
     * How a child has ended. Leaves it waitable (WNOWAIT): somebody else reaps it. Does not wait.
     *
     * @param pidfd a number of {@link #open}
     * @return the status as wait(2) has it, or {@link #UNKNOWN_STATUS}, also while the process runs
     */
    public static int exitStatus(int pidfd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(SIGINFO_BYTES, Long.BYTES);
            int result = waitid(pidfd, info);
            return result < 0 ? UNKNOWN_STATUS : statusOf(info.get(INT, CODE_OFFSET), info.get(INT, STATUS_OFFSET));
        }
    }

    private static int waitid(int pidfd, MemorySegment info) {
        MemorySegment state = NativeFunctions.state();
        int options = Constants.value("WEXITED") | Constants.value("WNOHANG") | Constants.value("WNOWAIT");
        try {
            while (true) {
                int result = (int) (long) Waitid.HANDLE.invokeExact(
                        state, (long) Constants.value("P_PIDFD"), (long) pidfd, info.address(), (long) options, 0L, 0L);
                int errno = NativeFunctions.errno(state);
                if (result >= 0 || errno != Errno.EINTR) {
                    return result < 0 ? -errno : 0;
                }
            }
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    /** The status of wait(2), from what waitid(2) has for it. The memory is zero while the process runs. */
    static int statusOf(int code, int detail) {
        if (code == Constants.value("CLD_EXITED")) {
            return (detail & EXIT_MASK) << EXIT_SHIFT;
        }
        if (code == Constants.value("CLD_DUMPED")) {
            return detail | CORE_DUMPED;
        }
        return code == Constants.value("CLD_KILLED") ? detail : UNKNOWN_STATUS;
    }

    static List<CStruct> cStructs() {
        return List.of(CStruct.of("siginfo_t", SIGINFO_BYTES)
                .with("si_code", CODE_OFFSET, Integer.BYTES, CStruct.Sign.SIGNED)
                .with("si_status", STATUS_OFFSET, Integer.BYTES, CStruct.Sign.SIGNED));
    }
}
