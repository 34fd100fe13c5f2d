package io.fdflux.examples.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.netty.Fork;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@link Supervise} in a JVM of its own, with real processes and signals. */
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class SuperviseTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static Fork supervise(Object... command) throws IOException {
        return new Fork(Supervise.class, 1024, command);
    }

    private static long pid(String line) {
        Matcher started = Pattern.compile("started \\w+ \\((\\d+)\\)").matcher(line);
        assertThat(started.matches()).as(line).isTrue();
        return Long.parseLong(started.group(1));
    }

    private static boolean exists(long pid) {
        return ProcessHandle.of(pid).isPresent(); // also if it is a zombie
    }

    /** Not if it is a zombie, because init may be slow to reap orphans. */
    private static boolean runs(long pid) {
        return ProcessHandle.of(pid).flatMap(handle -> handle.info().command()).isPresent();
    }

    private static void terminate(Fork supervisor) {
        ProcessHandle.of(supervisor.pid()).orElseThrow().destroy();
    }

    @Test
    void aKilledProcessIsStartedAgainAndStoppedBeforeTheSupervisor() throws Exception {
        try (Fork supervisor = supervise("sleep", 1000)) {
            long first = pid(supervisor.line());
            ProcessHandle.of(first).orElseThrow().destroyForcibly();
            assertThat(supervisor.line()).isEqualTo("sleep (" + first + ") ended by signal KILL, restart in 200 ms");
            long second = pid(supervisor.line());
            assertThat(second).isNotEqualTo(first);
            assertThat(exists(first)).isFalse();
            terminate(supervisor);
            assertThat(supervisor.line()).isEqualTo("stopping sleep (" + second + ")");
            assertThat(supervisor.exitCode()).isZero();
            assertThat(exists(second)).isFalse();
        }
    }

    @Test
    void aProcessMayReactToTerm() throws Exception {
        try (Fork supervisor =
                supervise("sh", "-c", "trap 'echo saved; exit 0' TERM; echo ready; while :; do sleep 0.1; done")) {
            assertThat(twoLines(supervisor)).anyMatch("ready"::equals).anyMatch(line -> line.startsWith("started"));
            terminate(supervisor);
            assertThat(supervisor.line()).startsWith("stopping");
            assertThat(supervisor.line()).isEqualTo("saved");
            assertThat(supervisor.line()).isNull();
            assertThat(supervisor.exitCode()).isZero();
        }
    }

    @Test
    void aProcessThatIgnoresTermIsKilledWithItsChildren() throws Exception {
        try (Fork supervisor = supervise("sh", "-c", "trap '' TERM; sleep 1000 & echo $$ $!; wait")) {
            List<Long> pids = twoLines(supervisor).stream()
                    .filter(line -> !line.startsWith("started"))
                    .flatMap(line -> Stream.of(line.split(" ")))
                    .map(Long::valueOf)
                    .toList();
            assertThat(pids).hasSize(2).allMatch(SuperviseTest::exists);
            terminate(supervisor);
            assertThat(supervisor.line()).startsWith("stopping");
            assertThat(supervisor.exitCode()).isZero();
            for (long pid : pids) {
                await().atMost(PATIENCE).until(() -> !runs(pid));
            }
        }
    }

    /** The supervisor's line of a start and the first line of its process, in any order. */
    private static List<String> twoLines(Fork supervisor) {
        return List.of(supervisor.line(), supervisor.line());
    }

    @Test
    void pausesGrowAndEndWithTerm() throws Exception {
        try (Fork supervisor = supervise("sh", "-c", "exit 3")) {
            for (int pause = 200; pause <= 3200; pause *= 2) {
                long pid = pid(supervisor.line());
                assertThat(supervisor.line()).isEqualTo("sh (" + pid + ") exited with 3, restart in " + pause + " ms");
            }
            terminate(supervisor);
            String line = supervisor.line();
            while (line != null) { // a restart before TERM came
                assertThat(line).contains("sh (");
                line = supervisor.line();
            }
            assertThat(supervisor.exitCode()).isZero();
        }
    }

    @Test
    void pausesBeginAnewAfterALongLife(@TempDir Path folder) throws Exception {
        String twoShortLivesAndALongOne = "echo >>runs; [ $(wc -l <runs) -lt 3 ] || sleep 6";
        try (Fork supervisor = supervise("sh", "-c", "cd \"$0\"; " + twoShortLivesAndALongOne, folder)) {
            for (int pause : new int[] {200, 400, 200}) {
                long pid = pid(supervisor.line());
                assertThat(supervisor.line()).isEqualTo("sh (" + pid + ") exited with 0, restart in " + pause + " ms");
            }
        }
    }

    @Test
    void aProgramThatCannotBeStartedIsNotTriedAgain() throws Exception {
        try (Fork supervisor = supervise("no-such-program")) {
            assertThat(supervisor.line()).isNull();
            assertThat(supervisor.exitCode()).isEqualTo(1);
        }
    }
}
