package io.fdflux.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.benchmarks.result.ServerUse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The protocol with a server in a JVM, which is a script here. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no sh")
class JvmServerTest {

    @TempDir
    private Path folder;

    @Test
    void aServerIsAskedForItsUseAndEndsWithItsInput() throws Exception {
        JvmServer server = start("""
            echo noise; echo READY 4711
            while read line; do [ "$line" = stats ] && echo 'STATS {"loopCpuNanos":42}'; done
            """);
        try (server) {
            assertThat(server.port()).isEqualTo(4711);
            assertThat(server.reportedUse()).isEqualTo(new ServerUse(42, 0, 0L, 0, 0, Map.of()));
            assertThat(server.reportedUse()).isEqualTo(new ServerUse(42, 0, 0L, 0, 0, Map.of()));
        }
        assertThat(ProcessHandle.of(server.pid()).map(ProcessHandle::isAlive).orElse(false))
                .isFalse();
    }

    @Test
    void aServerThatCannotRunSaysWhy() {
        assertThatThrownBy(() -> start("echo UNAVAILABLE no such kernel; exit 3"))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("no such kernel");
    }

    @Test
    void aServerThatEndsLeavesItsErrors() {
        assertThatThrownBy(() -> start("echo a stack trace >&2; exit 1"))
                .isInstanceOf(MeasurementException.class)
                .hasMessageContaining("READY")
                .hasMessageContaining("a stack trace");
    }

    private JvmServer start(String script) throws Exception {
        return new JvmServer(List.of("sh", "-c", script), folder.resolve("log"));
    }
}
