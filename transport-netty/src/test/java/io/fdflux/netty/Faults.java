package io.fdflux.netty;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;

/**
 * Makes system calls fail by script. The resource {@code faults.c} is compiled for the test and preloaded before the C
 * library by {@link Fork#withFaults}.
 */
final class Faults {

    /** Environment variable: the library that faults.c forwards to, if not the C library. */
    static final String OVER = "FDFLUX_FAULTS_OVER";

    private Faults() {}

    /** Lets the next calls of a function fail, in this JVM, which was started with the library. */
    static void script(String function, int errno, int times) {
        try (Arena arena = Arena.ofConfined()) {
            Script.FAULT.invokeExact(arena.allocateFrom(function), errno, times);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** {@return the scripted failures that have not happened yet} */
    static int left(String function) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) Script.LEFT.invokeExact(arena.allocateFrom(function));
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Compiles the library, once per JVM. */
    static Path library() throws IOException, InterruptedException {
        return CompiledC.of("faults.c", "libfaults.so", List.of("-shared", "-fPIC"), List.of("-ldl"));
    }

    /** Linked only in a JVM that was started with the library. */
    private static final class Script {
        static final MethodHandle FAULT = function(
                "fdflux_fault",
                FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        static final MethodHandle LEFT =
                function("fdflux_faults_left", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));

        @SuppressWarnings("restricted") // native access of a test, to a library of its own
        private static MethodHandle function(String name, FunctionDescriptor descriptor) {
            String library = System.getProperty("fdflux.posix.libraries").split(File.pathSeparator)[0];
            return Linker.nativeLinker()
                    .downcallHandle(
                            SymbolLookup.libraryLookup(library, Arena.global()).findOrThrow(name), descriptor);
        }
    }
}
