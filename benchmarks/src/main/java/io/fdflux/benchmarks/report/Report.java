package io.fdflux.benchmarks.report;

import io.fdflux.benchmarks.result.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes the report and its plots beside the results. */
public final class Report {

    /** The file with the report. */
    public static final String NAME = "report.md";

    private Report() {}

    public static void write(Results results, Path folder) throws IOException {
        Files.createDirectories(folder);
        List<Plot> drawn = new ArrayList<>();
        for (Plot plot : Plot.ALL) {
            Path file = folder.resolve(plot.file());
            if (plot.hasData(results)) {
                Files.writeString(file, plot.svg(results));
                drawn.add(plot);
            } else {
                Files.deleteIfExists(file);
            }
        }
        Files.writeString(
                folder.resolve(NAME),
                new MarkdownReport(results, drawn, new Findings(folder.resolve(Findings.FOLDER))).text());
    }
}
