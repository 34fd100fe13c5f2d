package io.fdflux.posix.process;

import static io.fdflux.posix.ffi.NativeFunctions.ADDRESS;
import static io.fdflux.posix.ffi.NativeFunctions.INT;

import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.NativeFunctions;
import io.fdflux.posix.ffi.RawDescriptors;
import io.fdflux.posix.platform.Platform;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A posix_spawn_file_actions_t: the working directory and the descriptors of a new process.
 *
 * <pre>
 * how other descriptors are closed                          where
 * by an attribute, see {@link SpawnAttributes#closeOthers}  macOS
 * posix_spawn_file_actions_addclosefrom_np                  glibc from 2.34 on, FreeBSD
 * one by one, those that have no FD_CLOEXEC now             elsewhere: musl, NetBSD, OpenBSD, DragonFly
 * </pre>
 */
final class FileActions implements AutoCloseable {

    /** At least the type's size. The largest is that of glibc and musl, 80 bytes; others have a pointer or 24 bytes. */
    private static final int BYTES = 512;

    private static final int FIRST_OTHER = 3;

    private static final class Init {
        static final MethodHandle HANDLE =
                NativeFunctions.link("posix_spawn_file_actions_init", FunctionDescriptor.of(INT, ADDRESS));
    }

    private static final class Destroy {
        static final MethodHandle HANDLE =
                NativeFunctions.link("posix_spawn_file_actions_destroy", FunctionDescriptor.of(INT, ADDRESS));
    }

    private static final class AddDup2 {
        static final MethodHandle HANDLE =
                NativeFunctions.link("posix_spawn_file_actions_adddup2", FunctionDescriptor.of(INT, ADDRESS, INT, INT));
    }

    private static final class AddClose {
        static final MethodHandle HANDLE =
                NativeFunctions.link("posix_spawn_file_actions_addclose", FunctionDescriptor.of(INT, ADDRESS, INT));
    }

    private static final class AddCloseFrom {
        static final boolean EXISTS = NativeFunctions.has("posix_spawn_file_actions_addclosefrom_np");
        static final MethodHandle HANDLE = NativeFunctions.link(
                "posix_spawn_file_actions_addclosefrom_np", FunctionDescriptor.of(INT, ADDRESS, INT));
    }

    private static final class AddChdir {
        static final boolean EXISTS = NativeFunctions.has("posix_spawn_file_actions_addchdir_np");
        static final MethodHandle HANDLE = NativeFunctions.link(
                "posix_spawn_file_actions_addchdir_np", FunctionDescriptor.of(INT, ADDRESS, ADDRESS));
    }

    private static final class Inherited {
        static final int F_GETFD = Constants.value("F_GETFD");
        static final int FD_CLOEXEC = Constants.value("FD_CLOEXEC");
        static final Path NUMBERS = Path.of(Platform.current().os() == Platform.Os.LINUX ? "/proc/self/fd" : "/dev/fd");
    }

    private final Arena arena;
    private final MemorySegment memory;

    FileActions(Arena arena) throws IOException {
        this.arena = arena;
        memory = arena.allocate(BYTES, Long.BYTES);
        check("posix_spawn_file_actions_init", call(Init.HANDLE, 0, 0));
    }

    long address() {
        return memory.address();
    }

    void prepare(SpawnRequest request) throws IOException {
        if (request.directory().isPresent()) {
            changeDirectory(request.directory().get());
        }
        for (int number = 0; number < FIRST_OTHER; number++) {
            // Also for a number that stays the same: it loses FD_CLOEXEC, see posix_spawn_file_actions_adddup2(3).
            check(
                    "posix_spawn_file_actions_adddup2",
                    call(AddDup2.HANDLE, request.standard().get(number), number));
        }
        closeOthers();
    }

    private void changeDirectory(Path directory) throws IOException {
        if (!AddChdir.EXISTS) {
            throw new UnsupportedOperationException("this system cannot start a process in " + directory
                    + "; start sh -c 'cd \"$0\" && exec \"$@\"' with the directory and the command as arguments");
        }
        long path = new SpawnStrings(arena).address(directory.toAbsolutePath());
        check("posix_spawn_file_actions_addchdir_np", call(AddChdir.HANDLE, path, 0));
    }

    private void closeOthers() throws IOException {
        if (SpawnAttributes.closeOthers()) {
            return;
        }
        if (AddCloseFrom.EXISTS) {
            check("posix_spawn_file_actions_addclosefrom_np", call(AddCloseFrom.HANDLE, FIRST_OTHER, 0));
            return;
        }
        for (int number : inherited()) {
            check("posix_spawn_file_actions_addclose", call(AddClose.HANDLE, number, 0));
        }
    }

    /** The numbers that a new process would inherit. Those that other threads open meanwhile are missing. */
    private static List<Integer> inherited() throws IOException {
        List<Integer> numbers = new ArrayList<>();
        try (DirectoryStream<Path> names = Files.newDirectoryStream(Inherited.NUMBERS)) {
            for (Path name : names) {
                int number = Integer.parseInt(name.getFileName().toString());
                int flags = RawDescriptors.fcntl(number, Inherited.F_GETFD, 0);
                if (number >= FIRST_OTHER && flags >= 0 && (flags & Inherited.FD_CLOEXEC) == 0) {
                    numbers.add(number);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return numbers;
    }

    @Override
    public void close() {
        call(Destroy.HANDLE, 0, 0);
    }

    /** These functions return an errno. */
    private static void check(String function, int error) throws IOException {
        if (error != 0) {
            throw Errno.exception(function, "", error);
        }
    }

    private int call(MethodHandle handle, long second, long third) {
        try {
            return (int) (long) handle.invokeExact(NativeFunctions.state(), address(), second, third, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }
}
