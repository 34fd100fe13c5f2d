package io.fdflux.posix.poll;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Starts children that nobody waits for. The JDK waits for its own, so that their status is lost. */
@SuppressWarnings("restricted") // these functions are not production code's
final class Children {

    private static final MethodHandle SPAWN =
            link("posix_spawn", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
    private static final MethodHandle WAITPID =
            link("waitpid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));

    private Children() {}

    private static MethodHandle link(String function, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().find(function).orElseThrow(), descriptor);
    }

    /** Runs a shell script. Returns the pid. */
    static int spawn(String script) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pid = arena.allocate(JAVA_INT);
            MemorySegment shell = arena.allocateFrom("/bin/sh");
            MemorySegment arguments = arena.allocate(ADDRESS, 4);
            arguments.setAtIndex(ADDRESS, 0, shell);
            arguments.setAtIndex(ADDRESS, 1, arena.allocateFrom("-c"));
            arguments.setAtIndex(ADDRESS, 2, arena.allocateFrom(script));
            MemorySegment environment = arena.allocate(ADDRESS);
            int error =
                    (int) SPAWN.invokeExact(pid, shell, MemorySegment.NULL, MemorySegment.NULL, arguments, environment);
            if (error != 0) {
                throw new AssertionError("posix_spawn: " + error);
            }
            return pid.get(JAVA_INT, 0);
        }
    }

    /** Waits for a child, and returns its status. */
    static int await(int pid) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(JAVA_INT);
            int result;
            do {
                result = (int) WAITPID.invokeExact(pid, status, 0);
            } while (result < 0);
            return status.get(JAVA_INT, 0);
        }
    }
}
