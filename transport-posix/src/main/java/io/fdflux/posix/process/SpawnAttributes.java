package io.fdflux.posix.process;

import static io.fdflux.posix.ffi.NativeFunctions.ADDRESS;
import static io.fdflux.posix.ffi.NativeFunctions.INT;

import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.NativeFunctions;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** A posix_spawnattr_t: an empty signal mask, and perhaps a process group. */
final class SpawnAttributes implements AutoCloseable {

    /** At least the type's size. The largest is that of glibc and musl, 336 bytes; others have a pointer. */
    private static final int BYTES = 512;

    /** At least the size of sigset_t, which is 128 bytes on Linux. All bits are 0 in an empty set: sigsetops(3). */
    private static final int SIGNAL_SET_BYTES = 128;

    private static final class Init {
        static final MethodHandle HANDLE =
                NativeFunctions.link("posix_spawnattr_init", FunctionDescriptor.of(INT, ADDRESS));
    }

    private static final class Destroy {
        static final MethodHandle HANDLE =
                NativeFunctions.link("posix_spawnattr_destroy", FunctionDescriptor.of(INT, ADDRESS));
    }

    private static final class SetFlags {
        static final MethodHandle HANDLE =
                NativeFunctions.link("posix_spawnattr_setflags", FunctionDescriptor.of(INT, ADDRESS, INT));
    }

    private static final class SetMask {
        static final MethodHandle HANDLE =
                NativeFunctions.link("posix_spawnattr_setsigmask", FunctionDescriptor.of(INT, ADDRESS, ADDRESS));
    }

    private static final class SetGroup {
        static final MethodHandle HANDLE =
                NativeFunctions.link("posix_spawnattr_setpgroup", FunctionDescriptor.of(INT, ADDRESS, INT));
    }

    private static final int MASK = Constants.value("POSIX_SPAWN_SETSIGMASK");
    private static final int GROUP = Constants.value("POSIX_SPAWN_SETPGROUP");
    /** On macOS, the new process gets only the descriptors of the file actions. */
    private static final int CLOSE = Constants.flag("POSIX_SPAWN_CLOEXEC_DEFAULT");

    private final MemorySegment memory;

    SpawnAttributes(Arena arena, boolean ownGroup) throws IOException {
        memory = arena.allocate(BYTES, Long.BYTES);
        check("posix_spawnattr_init", call(Init.HANDLE, address(), 0));
        boolean complete = false;
        try {
            long emptySet = arena.allocate(SIGNAL_SET_BYTES, Long.BYTES).address();
            check("posix_spawnattr_setsigmask", call(SetMask.HANDLE, address(), emptySet));
            check("posix_spawnattr_setflags", call(SetFlags.HANDLE, address(), MASK | CLOSE | (ownGroup ? GROUP : 0)));
            if (ownGroup) {
                check("posix_spawnattr_setpgroup", call(SetGroup.HANDLE, address(), 0)); // the group of its own pid
            }
            complete = true;
        } finally {
            if (!complete) {
                close();
            }
        }
    }

    /** {@return whether the attributes close all descriptors without a file action} */
    static boolean closeOthers() {
        return CLOSE != 0;
    }

    long address() {
        return memory.address();
    }

    @Override
    public void close() {
        call(Destroy.HANDLE, address(), 0);
    }

    /** These functions return an errno. */
    private static void check(String function, int error) throws IOException {
        if (error != 0) {
            throw Errno.exception(function, "", error);
        }
    }

    private static int call(MethodHandle handle, long first, long second) {
        try {
            return (int) (long) handle.invokeExact(NativeFunctions.state(), first, second, 0L, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }
}
