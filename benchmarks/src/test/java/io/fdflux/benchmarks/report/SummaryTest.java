package io.fdflux.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.benchmarks.SampleResults;
import io.fdflux.benchmarks.result.Results;
import io.fdflux.benchmarks.result.ResultsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SummaryTest {

    private static final Path ROOT = Path.of("..");

    @Test
    void theReadmeSaysWhatThePublishedResultsSay() throws IOException {
        Results published = new ResultsFile(ROOT.resolve("docs/benchmarks/results.json")).read();
        String readme = Files.readString(ROOT.resolve("README.md"));

        assertThat(readme)
                .as("scripts/benchmark --report-only writes it")
                .isEqualTo(Summary.inserted(published, readme));
    }

    @Test
    void aRowHasTheRatioAndTheCalls() {
        assertThat(Summary.text(SampleResults.results()))
                .contains("| [HTTP/1.1 keep-alive, 64 connections](docs/benchmarks/report.md#keep-alive-64) |");
    }

    @Test
    void aReadmeWithoutMarksIsRefused() {
        assertThatThrownBy(() -> Summary.inserted(Results.none(), "# Title"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("measured");
    }
}
