package io.fdflux.posix.ffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.posix.Errno;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.platform.MissingSymbolException;
import io.fdflux.posix.platform.Platform;
import io.fdflux.posix.platform.Platform.Os;
import java.io.IOException;
import java.lang.classfile.ClassModel;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class NativeFunctionsTest {

    private static final ValueLayout.OfLong LONG = NativeFunctions.LONG;
    private static final FunctionDescriptor INT_INT = FunctionDescriptor.of(NativeFunctions.INT, NativeFunctions.INT);
    private static final MethodType SHARED = MethodType.methodType(
            long.class, MemorySegment.class, long.class, long.class, long.class, long.class, long.class, long.class);

    /** Runs in a JVM of its own, because settings are read once. */
    static final class OpensPipe {
        private OpensPipe() {}

        public static void main(String[] args) throws IOException {
            try (Pipes.Pair pipe = Pipes.pipe()) {
                System.out.println("opened " + pipe.first() + " on " + Platform.current());
            }
        }
    }

    @Test
    void missingSymbolFailsTheCallAndNamesTheSearchedLibraries() {
        MethodHandle handle = NativeFunctions.link("no_such_function", INT_INT);
        assertThatThrownBy(() -> {
                    int unused = (int) (long) handle.invokeExact(NativeFunctions.state(), 1L, 0L, 0L, 0L, 0L, 0L);
                })
                .isInstanceOf(MissingSymbolException.class)
                .hasMessageContaining("native function no_such_function was not found")
                .hasMessageContaining("[no_such_function]")
                .hasMessageContaining(Platform.current().toString());
        assertThat(NativeFunctions.has("no_such_function")).isFalse();
        assertThat(NativeFunctions.has("read")).isTrue();
    }

    @Test
    void errnoIsTheCallingThreads() throws Exception {
        MethodHandle close = NativeFunctions.link("close", INT_INT);
        MemorySegment[] states = new MemorySegment[2];
        states[0] = NativeFunctions.state();
        Thread thread = Thread.ofPlatform().start(() -> states[1] = NativeFunctions.state());
        thread.join();
        assertThat(states[0].address()).isNotEqualTo(states[1].address());
        try {
            int result = (int) (long) close.invokeExact(NativeFunctions.state(), 99_999L, 0L, 0L, 0L, 0L, 0L);
            assertThat(result).isEqualTo(-1);
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
        assertThat(NativeFunctions.errno(NativeFunctions.state())).isEqualTo(Errno.EBADF);
    }

    @Test
    void linkedHandlesShareOneType() {
        assertThat(List.of(
                        NativeFunctions.link("getpid", FunctionDescriptor.of(NativeFunctions.INT)),
                        NativeFunctions.link("close", INT_INT),
                        NativeFunctions.link("no_such_function", INT_INT),
                        NativeFunctions.link(
                                "strerror", FunctionDescriptor.of(NativeFunctions.ADDRESS, NativeFunctions.INT)),
                        NativeFunctions.link(
                                "pread", FunctionDescriptor.of(LONG, NativeFunctions.INT, LONG, LONG, LONG))))
                .extracting(MethodHandle::type)
                .containsOnly(SHARED);
    }

    /** Also the calls that this system never makes. */
    @Test
    void callsPassTheSharedType() throws Exception {
        Set<String> others = new TreeSet<>();
        for (ClassModel type : AbiTables.classes()) {
            type.methods().stream()
                    .flatMap(m -> m.code().stream())
                    .flatMap(c -> c.elementStream())
                    .filter(i -> i instanceof InvokeInstruction call
                            && call.name().equalsString("invokeExact")
                            && !call.typeSymbol().descriptorString().equals(SHARED.descriptorString()))
                    .forEach(i -> others.add(type.thisClass().asInternalName()));
        }
        assertThat(others)
                .as("classes with variadic functions, without a result, or with more than six arguments")
                .containsExactlyInAnyOrder(
                        "io/fdflux/posix/ffi/RawDescriptors",
                        "io/fdflux/posix/ffi/RawFiles",
                        "io/fdflux/posix/ffi/RawTerminals",
                        "io/fdflux/posix/io/Io",
                        "io/fdflux/posix/io/Sendfile",
                        "io/fdflux/posix/poll/Pidfd");
    }

    @Test
    void signatureThatDoesNotFitTheSharedTypeIsRefused() {
        assertThatThrownBy(() -> NativeFunctions.link(
                        "seven", FunctionDescriptor.of(LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the shared shape has 6 parameters, but seven has 7: link it with linkExact");
        assertThatThrownBy(() -> NativeFunctions.link(
                        "fabsf", FunctionDescriptor.of(ValueLayout.JAVA_FLOAT, ValueLayout.JAVA_FLOAT)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ints, longs and addresses, but fabsf is (f4)f4: link it with linkExact");
        assertThatThrownBy(() -> NativeFunctions.link("abort", FunctionDescriptor.ofVoid()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("abort is ()v");
        assertThat(NativeFunctions.links())
                .extracting(NativeFunctions.Link::function)
                .doesNotContain("seven", "fabsf", "abort");
    }

    @Test
    void exactHandleHasTheTypeOfItsSignature() {
        assertThat(NativeFunctions.linkExact("close", INT_INT).type())
                .isEqualTo(MethodType.methodType(int.class, MemorySegment.class, int.class));
    }

    @Test
    void netbsdsRenamedFunctionsAreFoundUnderTheirSymbols() {
        if (Platform.current().os() == Os.NETBSD) {
            assertThat(Symbols.of("kevent")).first().isEqualTo("__kevent100");
        } else {
            assertThat(Symbols.of("kevent")).containsExactly("kevent");
        }
        assertThat(Symbols.of("read")).containsExactly("read");
    }

    @Test
    void libraryThatDoesNotExistIsNamed(@TempDir Path folder) throws Exception {
        String path = folder.resolve("libnowhere.so").toString();
        String output = run(1, "-D" + NativeFunctions.LIBRARIES_PROPERTY + "=" + path);
        assertThat(output).contains("fdflux.posix.libraries names " + path).contains("shared library");
    }

    @Test
    void fileThatIsNoLibraryIsNamed(@TempDir Path folder) throws Exception {
        Path path = Files.writeString(folder.resolve("text.so"), "not a library");
        String output = run(1, "-D" + NativeFunctions.LIBRARIES_PROPERTY + "=" + path);
        assertThat(output).contains("fdflux.posix.libraries names " + path);
    }

    @Test
    void platformThatIsUnknownIsNamed() throws Exception {
        String output = run(1, "-D" + Platform.PROPERTY + "=plan9-x86_64");
        assertThat(output).contains("fdflux.posix.platform=plan9-x86_64").contains("linux on x86_64");
    }

    @Test
    void platformOfTheHostCanBeNamed() throws Exception {
        String output = run(0, "-D" + Platform.PROPERTY + "=" + Platform.current());
        assertThat(output).contains("on " + Platform.current());
    }

    @Test
    void deniedNativeAccessNamesItsOption() throws Exception {
        assertThat(start(1, "--illegal-native-access=deny"))
                .contains("start it with --enable-native-access=ALL-UNNAMED");
        assertThat(run(0, "--illegal-native-access=deny")).contains("on " + Platform.current());
    }

    private static String run(int expectedExit, String option) throws Exception {
        return start(expectedExit, "--enable-native-access=ALL-UNNAMED", option);
    }

    private static String start(int expectedExit, String... options) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), OpensPipe.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isEqualTo(expectedExit);
        return output;
    }
}
