package io.fdflux.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.diagnosis.Diagnosis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** The diagnosis with an application's class path, in a JVM of its own as users run it. */
@EnabledOnOs(OS.LINUX)
class DiagnosisTest {

    private record Outcome(int exit, String out, String err) {}

    @TempDir
    private Path folder;

    @Test
    void namesTheChosenPollerAndWhyNotTheOther() throws Exception {
        Outcome outcome = run(List.of());
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .startsWith("versions\n")
                .contains("chosen: epoll")
                .contains("epoll: available true", "wake-up eventfd")
                .contains("kqueue: available false, cause ", "on Linux it takes a library that has it")
                .contains("accept4: symbol accept4, found true, library C library");
    }

    @Test
    void jsonIsAllThatIsPrinted() throws Exception {
        Outcome outcome = run(List.of(), "--json");
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        Map<?, ?> facts = new JsonMapper().readValue(outcome.out(), Map.class);
        assertThat(facts.get("poller")).isEqualTo(Map.of("chosen", "epoll"));
        assertThat((Map<?, ?>) facts.get("pollers")).hasSize(2);
    }

    @Test
    void anotherSystemsTablesGiveCausesAndNoCrash() throws Exception {
        Outcome outcome = run(List.of("-Dfdflux.posix.platform=netbsd-x86_64"));
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("tables: netbsd-x86_64")
                .contains("chosen: none")
                .contains("epoll: available false, cause ", "epoll is Linux's; this is netbsd-x86_64")
                .contains("kqueue: available false, cause ")
                .contains("kevent: symbol __kevent100, found false")
                .contains("fdflux.posix.platform: netbsd-x86_64");
    }

    @Test
    void systemWithoutTablesGivesCausesAndNoCrash() throws Exception {
        Outcome outcome = run(List.of("-Dos.name=Windows 11"), "--json");
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        Map<?, ?> facts = new JsonMapper().readValue(outcome.out(), Map.class);
        assertThat(facts.get("poller")).asString().contains("chosen=none", "fdflux has no tables for Windows 11");
        assertThat(facts.get("symbols")).asString().contains("fdflux has no tables for Windows 11");
    }

    @Test
    void aLibraryThatCannotBeLoadedIsReported() throws Exception {
        Outcome outcome = run(List.of("-Dfdflux.posix.libraries=/nowhere.so"));
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .containsPattern("cause: no poller can run here.* epoll .fdflux\\.posix\\.libraries names")
                .contains("fdflux.posix.libraries names /nowhere.so, which cannot be loaded");
    }

    @Test
    void anUnknownOptionPrintsTheUsage() throws Exception {
        Outcome outcome = run(List.of(), "--xml");
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).contains("usage: java -cp ... io.fdflux.diagnosis.Diagnosis [--json]");
    }

    private Outcome run(List<String> options, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Diagnosis.class.getName()));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
    }
}
