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
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/**
 * Starts processes with posix_spawnp(3), and no thread. Thread-safe.
 *
 * <p>The new process gets three descriptors and no other one of this process. It gets an empty signal mask, because
 * HotSpot blocks SIGQUIT on all threads but one ({@code hotspot_sigmask} in signals_posix.cpp). Signals that this
 * process ignores stay ignored, as posix_spawn(3) has it; those that it handles have their default again.
 */
public final class Spawn {

    private static final class Spawnp {
        static final MethodHandle HANDLE = NativeFunctions.link(
                "posix_spawnp", FunctionDescriptor.of(INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
    }

    private static final int BAD_DESCRIPTOR_RETRIES = 3;

    private Spawn() {}

    /**
     * Starts a process. Blocks until its program is loaded, so that an error is known: posix_spawn(3).
     *
     * @param request what to start; its descriptors stay open here
     * @return the pid of the child, which this process must reap
     * @throws NoSuchFileException           if there is no such program or directory
     * @throws AccessDeniedException         if the program may not be executed
     * @throws IOException                   if the call fails for another reason
     * @throws UnsupportedOperationException if a directory is given, and the system cannot start a process in it
     */
    public static int spawn(SpawnRequest request) throws IOException {
        checkDirectory(request);
        int error = 0;
        for (int i = 0; i <= BAD_DESCRIPTOR_RETRIES; i++) {
            try (Arena arena = Arena.ofConfined();
                    SpawnAttributes attributes = new SpawnAttributes(arena, request.ownGroup());
                    FileActions actions = new FileActions(arena)) {
                actions.prepare(request);
                MemorySegment pid = arena.allocate(INT);
                error = call(pid, request, actions, attributes, new SpawnStrings(arena));
                if (error == 0) {
                    return pid.get(INT, 0);
                }
            }
            // NetBSD fails with EBADF if a descriptor to close was closed meanwhile: posix_spawn(3).
            if (error != Errno.EBADF) {
                break;
            }
        }
        throw failure(request.command().getFirst(), error);
    }

    /** ENOENT of the call itself would not say which of the two is missing. */
    private static void checkDirectory(SpawnRequest request) throws IOException {
        if (request.directory().isEmpty()) {
            return;
        }
        Path directory = request.directory().get();
        if (!Files.exists(directory)) {
            throw new NoSuchFileException(
                    directory.toString(), null, "no such directory to start " + request.command() + " in");
        }
        if (!Files.isDirectory(directory)) {
            throw new NotDirectoryException(directory.toString());
        }
    }

    /** {@return 0 or an errno, which is this function's result} */
    private static int call(
            MemorySegment pid,
            SpawnRequest request,
            FileActions actions,
            SpawnAttributes attributes,
            SpawnStrings strings) {
        long[] command = strings.addresses(request.command());
        try {
            return (int) (long) Spawnp.HANDLE.invokeExact(
                    NativeFunctions.state(),
                    pid.address(),
                    command[0],
                    actions.address(),
                    attributes.address(),
                    strings.array(command),
                    strings.array(strings.addresses(request.environment().entrySet().stream()
                            .map(variable -> variable.getKey() + "=" + variable.getValue())
                            .toList())));
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    private static IOException failure(String program, int error) {
        IOException cause = Errno.exception("posix_spawnp", program, error);
        IOException typed = null;
        if (error == Errno.ENOENT) {
            typed = new NoSuchFileException(program, null, cause.getMessage());
        } else if (error == Constants.value("EACCES")) {
            typed = new AccessDeniedException(program, null, cause.getMessage());
        }
        if (typed == null) {
            return cause;
        }
        typed.initCause(cause);
        return typed;
    }
}
