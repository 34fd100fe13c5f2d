package io.fdflux.benchmarks.report;

import io.fdflux.benchmarks.plan.Scenario;
import io.fdflux.benchmarks.plan.Scenarios;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Texts by people about scenarios, one Markdown file per scenario. The report includes them, so that nobody edits the
 * generated file. Links in them are relative to the report.
 */
final class Findings {

    /** The folder beside the report. */
    static final String FOLDER = "findings";

    private static final String SUFFIX = ".md";

    private final Path folder;

    /** Of a folder that need not exist. */
    Findings(Path folder) {
        this.folder = folder;
    }

    /** {@return the text about a scenario, without blank lines around it; empty if there is none} */
    Optional<String> of(Scenario scenario) throws IOException {
        Path file = folder.resolve(scenario.name() + SUFFIX);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        return Optional.of(Files.readString(file).strip()).filter(text -> !text.isEmpty());
    }

    /** {@return files that no scenario's section includes} */
    List<String> unused() throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        List<String> used =
                Scenarios.ALL.stream().map(scenario -> scenario.name() + SUFFIX).toList();
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !used.contains(name))
                    .sorted()
                    .toList();
        }
    }
}
