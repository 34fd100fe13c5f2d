package io.fdflux.benchmarks.result;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import tools.jackson.databind.json.JsonMapper;

/** Results as a JSON file: every run of every JVM. */
public final class ResultsFile {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .changeDefaultPropertyInclusion(inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
            .build();

    private final Path path;

    public ResultsFile(Path path) {
        this.path = path;
    }

    /** {@return the results of the file; none if there is no file} */
    public Results read() {
        return Files.exists(path) ? MAPPER.readValue(path.toFile(), Results.class) : Results.none();
    }

    /** Replaces the file in one step, because a benchmark is often interrupted. */
    public void write(Results results) throws IOException {
        Files.createDirectories(path.toAbsolutePath().getParent());
        Path written = path.resolveSibling(path.getFileName() + ".new");
        Files.writeString(written, MAPPER.writeValueAsString(results) + "\n");
        Files.move(written, path, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
