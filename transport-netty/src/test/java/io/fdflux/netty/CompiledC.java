package io.fdflux.netty;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Compiles C sources of the resources, each once per JVM. */
final class CompiledC {

    private static final Map<String, Path> MADE = new HashMap<>();

    private CompiledC() {}

    /** {@return the library or program compiled from a source} */
    static synchronized Path of(String source, String made, List<String> options, List<String> libraries)
            throws IOException, InterruptedException {
        Path known = MADE.get(made);
        if (known != null) {
            return known;
        }
        Path folder = Files.createTempDirectory("fdflux-c");
        folder.toFile().deleteOnExit();
        Path copy = folder.resolve(source);
        try (InputStream in = CompiledC.class.getResourceAsStream(source)) {
            Files.copy(in, copy);
        }
        copy.toFile().deleteOnExit();
        Path result = folder.resolve(made);
        List<String> command = new ArrayList<>(List.of("cc", "-O1"));
        command.addAll(options);
        command.addAll(List.of("-o", result.toString(), copy.toString()));
        command.addAll(libraries);
        if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
            throw new IOException("cc cannot compile " + copy + "; scripts/setup-tests installs what it needs");
        }
        result.toFile().deleteOnExit();
        MADE.put(made, result);
        return result;
    }
}
