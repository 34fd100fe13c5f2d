package io.fdflux.benchmarks.result;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.benchmarks.SampleResults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsFileTest {

    @TempDir
    private Path folder;

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        ResultsFile file = new ResultsFile(folder.resolve("new/results.json"));
        Results results = SampleResults.results();
        file.write(results);
        assertThat(file.read()).isEqualTo(results);
        assertThat(folder.resolve("new")).isDirectoryContaining("glob:**results.json");
    }

    @Test
    void withoutAFileThereAreNoResults() {
        assertThat(new ResultsFile(folder.resolve("results.json")).read()).isEqualTo(Results.none());
    }

    @Test
    void everyRunOfEveryJvmIsInTheFile() throws IOException {
        Path path = folder.resolve("results.json");
        new ResultsFile(path).write(SampleResults.results());
        long runs = SampleResults.results().scenarios().stream()
                .flatMap(scenario -> scenario.transports().stream())
                .flatMap(transport -> transport.jvms().stream())
                .mapToLong(jvm -> jvm.runs().size() + jvm.warmUps().size())
                .sum();
        assertThat(Files.readString(path).split("\"load\":\\{", -1)).hasSize((int) runs + 1);
    }

    @Test
    void aScenarioThatIsMeasuredAgainReplacesTheOldOneInItsPlace() {
        Results old = SampleResults.results();
        ScenarioResult first = old.scenarios().getFirst();
        ScenarioResult again = new ScenarioResult(first.scenario(), first.environment(), first.settings(), List.of());
        Results merged = old.with(again);
        assertThat(merged.scenarios()).hasSameSizeAs(old.scenarios());
        assertThat(merged.scenarios().getFirst()).isSameAs(again);
        assertThat(merged.scenarios().subList(1, merged.scenarios().size()))
                .isEqualTo(old.scenarios().subList(1, old.scenarios().size()));
    }

    @Test
    void aScenarioThatIsNewIsAppended() {
        ScenarioResult first = SampleResults.results().scenarios().getFirst();
        ScenarioResult added = new ScenarioResult("added", first.environment(), first.settings(), List.of());
        assertThat(SampleResults.results().with(added).scenarios().getLast()).isSameAs(added);
    }
}
