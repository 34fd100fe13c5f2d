package io.fdflux.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Calls of a running process are counted exactly: a shell that answers each line with a line. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "perf and strace are Linux's")
class CallCounterTest {

    private static final int LINES = 100;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private Path folder;

    static Stream<CallCounter> counters() {
        return Stream.of(new Perf(), new Strace());
    }

    @ParameterizedTest
    @MethodSource("counters")
    void eachCallDuringTheLoadIsCounted(CallCounter counter) throws Exception {
        assumeTrue(counter.works(), counter.name() + " cannot count here");
        String questions = folder.resolve("questions").toString();
        String answers = folder.resolve("answers").toString();
        Command.run(List.of("mkfifo", questions, answers), PATIENCE);
        Process server = new ProcessBuilder(
                        "sh", "-c", "while read -r line; do echo \"$line\"; done < " + questions + " > " + answers)
                .start();
        String client = "exec 3> " + questions + " 4< " + answers + "; i=0; while [ $i -lt " + LINES
                + " ]; do echo line >&3; read -r line <&4; i=$((i + 1)); done; echo $i answers";
        try {
            CallCounter.Counted counted = counter.count(
                    server.pid(),
                    before -> Command.run(
                            Stream.concat(before.stream(), Stream.of("sh", "-c", client))
                                    .toList(),
                            PATIENCE));

            assertThat(counted.output()).contains(LINES + " answers");
            assertThat(counted.calls()).containsEntry("write", (long) LINES);
        } finally {
            server.destroyForcibly();
            assertThat(server.waitFor(1, TimeUnit.MINUTES)).isTrue();
        }
    }
}
