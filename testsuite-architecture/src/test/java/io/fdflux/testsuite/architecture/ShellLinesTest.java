package io.fdflux.testsuite.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Every shell line of the documents is a command of a script that CI runs, as printed. Those that CI cannot run,
 * because of their time or of a program that it lacks, have a row in {@link ShellForms}, which checks what they name.
 */
class ShellLinesTest {

    private static final Map<String, Set<String>> LINES = ShellLines.ofDocuments();
    private static final Map<String, String> CI = ShellLines.ofCi();

    @Test
    void everyLineIsRunByCiOrCheckedByItsForm() {
        List<String> unchecked = new ArrayList<>();
        LINES.forEach((line, documents) -> {
            if (!isRun(line) && !ShellForms.ALL.containsKey(line)) {
                unchecked.add(line + "   of " + documents);
            }
        });
        assertThat(unchecked)
                .as("lines that neither a script of CI (scripts/check-documents) nor a row of ShellForms has")
                .isEmpty();
        assertThat(LINES).hasSizeGreaterThan(50);
    }

    @Test
    void formsAreOfLinesThatDocumentsHaveAndCiDoesNotRun() {
        assertThat(LINES.keySet()).containsAll(ShellForms.ALL.keySet());
        assertThat(ShellForms.ALL.keySet()).noneMatch(ShellLinesTest::isRun);
    }

    @Test
    void eachFormHolds() {
        List<String> wrong = new ArrayList<>();
        ShellForms.ALL.forEach(
                (line, form) -> form.complaints(line).forEach(complaint -> wrong.add(line + ": " + complaint)));
        assertThat(wrong).isEmpty();
    }

    @Test
    void documentsHaveTheLinesThatAreRunAsTheirs() {
        Set<String> run = new TreeSet<>();
        Pattern.compile("(?m)^(?:run|(?:serve|start) [a-z-]+) +(['\"])(.*?)\\1")
                .matcher(CI.get("scripts/check-documents"))
                .results()
                .forEach(line -> run.add(line.group(2)));
        assertThat(run).hasSizeGreaterThan(15);
        assertThat(LINES.keySet()).containsAll(run);
    }

    @Test
    void aLineWithOtherArgumentsIsAnotherLine() {
        String commands = "scripts/benchmark --quick\nrun 'scripts/jmh Turn'\nexec scripts/mvn25 -q \"$@\"\n";
        assertThat(ShellLines.isRunBy(commands, "scripts/benchmark")).isFalse();
        assertThat(ShellLines.isRunBy(commands, "scripts/benchmark --quick")).isTrue();
        assertThat(ShellLines.isRunBy(commands, "scripts/jmh Turn")).isTrue();
        assertThat(ShellLines.isRunBy(commands, "scripts/jmh")).isFalse();
        assertThat(ShellLines.isRunBy(commands, "scripts/mvn25 -q")).isTrue();
    }

    @Test
    void linesAreFoundInBlocksInIndentedTextAndInSentences() {
        assertThat(ShellLines.of("""
            Run `scripts/a b`, or `mvn`, and see `java awaits X`:

            ```sh
            one --option # why
            ```

                java -version
                not a command

            | `mvn verify` | |
            """, "sample"))
                .containsExactlyInAnyOrder("scripts/a b", "one --option", "java -version", "mvn verify");
    }

    private static boolean isRun(String line) {
        Collection<String> commands = CI.values();
        return commands.stream().anyMatch(script -> ShellLines.isRunBy(script, line));
    }
}
