package io.fdflux.posix.ffi;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.posix.platform.Platform;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds what the jar says to GraalVM's native-image. Nothing here runs native-image: the file is compared with what the
 * linker is asked for, read by the JDK's own names of layouts.
 */
class ReachabilityMetadataTest {

    private static final Path FILE = Path.of("..").resolve(ReachabilityMetadata.FILE);
    private static final Pattern DOWNCALL =
            Pattern.compile("\\{\"returnType\": \"([^\"]+)\", \"parameterTypes\": \\[([^\\]]*)\\], "
                    + "\"options\": \\{\"captureCallState\": true(?:, \"firstVariadicArg\": (\\d+))?\\}\\}");

    /** As the linker gets it. */
    private record Request(FunctionDescriptor descriptor, int firstVariadicArgument) {}

    static Stream<Platform> platforms() {
        return ReachabilityMetadata.platforms().stream();
    }

    @Test
    void fileIsThatOfTheTables() throws Exception {
        assertThat(FILE).as("run scripts/native-image-metadata").hasContent(ReachabilityMetadata.text());
    }

    /** The functions of this host, as its linker is asked for them in this JVM, without the tables between. */
    @Test
    void everyShapeThatThisHostLinksIsInTheFile() throws Exception {
        AbiTables.dump();
        Set<Request> registered = registered();
        assertThat(NativeFunctions.links())
                .hasSizeGreaterThan(40)
                .allSatisfy(link -> assertThat(registered)
                        .as(link.function())
                        .contains(new Request(link.shape(), link.firstVariadicArgument())));
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void everyShapeOfEachPlatformIsInTheFile(Platform platform) throws Exception {
        String file = Files.readString(FILE);
        long entries = DOWNCALL.matcher(file).results().count();
        assertThat(AbiTables.of(platform).shapes()).isNotEmpty().hasSizeLessThanOrEqualTo((int) entries);
        assertThat(file.lines().filter(line -> line.contains("returnType"))).hasSize((int) entries);
    }

    private static Set<Request> registered() throws Exception {
        Set<Request> requests = new HashSet<>();
        DOWNCALL.matcher(Files.readString(FILE))
                .results()
                .map(ReachabilityMetadataTest::request)
                .forEach(requests::add);
        return requests;
    }

    private static Request request(MatchResult entry) {
        MemoryLayout[] parameters = Stream.of(entry.group(2).split(", *"))
                .map(name -> layout(name.replace("\"", "")))
                .toArray(MemoryLayout[]::new);
        FunctionDescriptor descriptor = entry.group(1).equals("void")
                ? FunctionDescriptor.ofVoid(parameters)
                : FunctionDescriptor.of(layout(entry.group(1)), parameters);
        return new Request(
                descriptor,
                entry.group(3) == null ? NativeFunctions.Link.NOT_VARIADIC : Integer.parseInt(entry.group(3)));
    }

    private static MemoryLayout layout(String name) {
        Map<String, MemoryLayout> canonical = Linker.nativeLinker().canonicalLayouts();
        assertThat(canonical).containsKey(name);
        MemoryLayout layout = canonical.get(name).withoutName();
        // What an address points to is no part of a call.
        return layout instanceof AddressLayout address ? address.withoutTargetLayout() : layout;
    }
}
