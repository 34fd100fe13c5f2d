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
 * System calls that fail by script: {@code faults.c} among the resources, compiled for the test and put before the C
 * library by a setting of the JVM ({@link Fork#withFaults}).
 */
final class Faults {

    /** What the library stands before, if not the C library: an environment variable. */
    static final String OVER = "FDFLUX_FAULTS_OVER";

    private Faults() {}

    /** In this JVM, which was started with the library: the next calls of a function fail. */
    static void script(String function, int errno, int times) {
        try (Arena arena = Arena.ofConfined()) {
            Script.FAULT.invokeExact(arena.allocateFrom(function), errno, times);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** How many of them are still to come. */
    static int left(String function) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) Script.LEFT.invokeExact(arena.allocateFrom(function));
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Compiled once a JVM. */
    static Path library() throws IOException, InterruptedException {
        return CompiledC.of("faults.c", "libfaults.so", List.of("-shared", "-fPIC"), List.of("-ldl"));
    }

    /** Only a JVM that was started with the library can link these. */
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
