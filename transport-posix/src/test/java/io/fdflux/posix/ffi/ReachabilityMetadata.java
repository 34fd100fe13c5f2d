package io.fdflux.posix.ffi;

import io.fdflux.posix.platform.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Writes what GraalVM's native-image must know of this module: the shapes of its downcalls on all platforms of the
 * tables. An image can only link a shape that was registered when it was built. The format is GraalVM's schema of
 * reachability metadata 1.2.0 (FFM-API.md in GraalVM's reference manual).
 *
 * <p>Types are those of JNI ({@code jint}, {@code jlong}), because they have one size on each system.
 */
final class ReachabilityMetadata {

    /** The file, relative to the root of the work tree. */
    static final Path FILE = Path.of(
            "transport-posix/src/main/resources/META-INF/native-image/io.fdflux/fdflux-transport-posix",
            "reachability-metadata.json");

    private ReachabilityMetadata() {}

    /** {@return the text of the file} */
    static String text() throws ReflectiveOperationException, IOException {
        Set<String> downcalls = new TreeSet<>();
        for (Platform platform : platforms()) {
            AbiTables.of(platform).shapes().forEach(shape -> downcalls.add(downcall(shape)));
        }
        return """
            {
              "comment": "The shapes of downcalls on every platform, and what JvmSignals takes by reflection. Written by scripts/native-image-metadata.",
              "reflection": [
                {"type": "sun.misc.Signal", "methods": [
                  {"name": "<init>", "parameterTypes": ["java.lang.String"]},
                  {"name": "handle", "parameterTypes": ["sun.misc.Signal", "sun.misc.SignalHandler"]}]},
                {"type": "sun.misc.SignalHandler", "methods": [
                  {"name": "handle", "parameterTypes": ["sun.misc.Signal"]}],
                  "fields": [{"name": "SIG_DFL"}, {"name": "SIG_IGN"}]},
                {"type": {"proxy": ["sun.misc.SignalHandler"]}}
              ],
              "foreign": {
                "downcalls": [
            %s
                ]
              }
            }
            """.formatted(String.join(",\n", downcalls));
    }

    static List<Platform> platforms() {
        return AbiTarget.all().stream().map(AbiTarget::platform).distinct().toList();
    }

    private static String downcall(AbiTables.Shape shape) {
        String parameters = shape.arguments()
                .chars()
                .mapToObj(letter -> '"' + type((char) letter) + '"')
                .collect(Collectors.joining(", "));
        String variadic = shape.fixed() < 0 ? "" : ", \"firstVariadicArg\": " + shape.fixed();
        return "      {\"returnType\": \"%s\", \"parameterTypes\": [%s], \"options\": {\"captureCallState\": true%s}}"
                .formatted(type(shape.result()), parameters, variadic);
    }

    /**
     * The name of a canonical layout ({@link java.lang.foreign.Linker#canonicalLayouts}) for a letter of the tables.
     */
    private static String type(char letter) {
        return switch (letter) {
            case 'V' -> "void";
            case 'I' -> "jint";
            case 'J' -> "jlong";
            case 'A' -> "void*";
            default -> throw new IllegalArgumentException("no type for " + letter);
        };
    }

    /**
     * Writes the file.
     *
     * @param arguments the root of the work tree
     */
    public static void main(String[] arguments) throws ReflectiveOperationException, IOException {
        Path file = Path.of(arguments[0]).resolve(FILE);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text());
    }
}
