package io.fdflux.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.benchmarks.SampleResults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report includes what people found out about a scenario. */
class FindingsTest {

    private static final Path DOCUMENTS = Path.of("..", "docs", "benchmarks");

    @TempDir
    private Path folder;

    @Test
    void aFindingEndsTheSectionOfItsScenario() throws IOException {
        write("keep-alive-64.md", "\nThe [poller](../x.md) waits.\n\nTwice.\n\n");

        assertThat(sectionOf("keep-alive-64")).endsWith("\n\nThe [poller](../x.md) waits.\n\nTwice.\n\n");
        assertThat(sectionOf("idle-1")).doesNotContain("waits");
    }

    @Test
    void aFindingOfAScenarioWithoutNumbersWaitsForThem() throws IOException {
        write("sse-100.md", "Not yet.");
        assertThat(report()).doesNotContain("Not yet.");
    }

    @Test
    void anEmptyFindingAddsNothing() throws IOException {
        String without = report();
        write("keep-alive-64.md", "\n");
        assertThat(report()).isEqualTo(without);
    }

    @Test
    void aFileThatIsNoScenariosIsUnused() throws IOException {
        write("keep-alive-64.md", "Used.");
        write("keep-alive-65.md", "Lost.");
        write("notes.txt", "Lost.");
        assertThat(new Findings(folder.resolve(Findings.FOLDER)).unused())
                .containsExactly("keep-alive-65.md", "notes.txt");
    }

    @Test
    void everyFindingOfTheProjectIsUsed() throws IOException {
        assertThat(DOCUMENTS.resolve(Report.NAME)).exists();
        assertThat(new Findings(DOCUMENTS.resolve(Findings.FOLDER)).unused()).isEmpty();
    }

    private void write(String name, String text) throws IOException {
        Files.createDirectories(folder.resolve(Findings.FOLDER));
        Files.writeString(folder.resolve(Findings.FOLDER).resolve(name), text);
    }

    private String report() throws IOException {
        Report.write(SampleResults.results(), folder);
        return Files.readString(folder.resolve(Report.NAME));
    }

    private String sectionOf(String scenario) throws IOException {
        String report = report();
        int start = report.indexOf("\n### " + scenario + "\n") + 1;
        int end = report.indexOf("\n### ", start);
        return report.substring(start, end < 0 ? report.length() : end + 1);
    }
}
