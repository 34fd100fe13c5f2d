package io.fdflux.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fdflux.benchmarks.plan.Scenario;
import io.fdflux.benchmarks.plan.Scenarios;
import io.fdflux.benchmarks.plan.Sending;
import io.fdflux.benchmarks.plan.Transport;
import io.fdflux.benchmarks.result.ServerUse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** HAProxy answers as the other servers do, and leaves nothing behind. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "what HAProxy has used is in Linux's /proc")
class HaproxyServerTest {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Scenario HELLO = Scenarios.named("keep-alive-64");

    @TempDir
    private Path folder;

    static Stream<Scenario> scenarios() {
        return Scenarios.ALL.stream().filter(scenario -> scenario.runsOn(Transport.HAPROXY));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void theConfigurationIsValid(Scenario scenario) throws Exception {
        Path config = folder.resolve("haproxy.cfg");
        Files.writeString(config, HaproxyConfig.of(scenario, 18_080, 18_081));
        assertThat(Command.run(List.of(program(), "-c", "-f", config.toString()), PATIENCE))
                .doesNotContain("WARNING", "ALERT");
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void theAnswerIsThatOfTheOtherServers(Scenario scenario) throws Exception {
        assumeTrue(Command.exists("curl"), "curl is not installed");
        try (HaproxyServer server = start(scenario)) {
            boolean http2 = scenario.sending() instanceof Sending.H2load;
            List<String> command = new ArrayList<>(List.of("curl", "-s", "-i"));
            command.add(http2 ? "--http2-prior-knowledge" : "--http1.1");
            command.add("http://127.0.0.1:" + server.port() + "/");

            assertThat(Command.run(command, PATIENCE))
                    .startsWith(http2 ? "HTTP/2 200" : "HTTP/1.1 200")
                    .contains("content-length: 5\r\n")
                    .endsWith("\r\n\r\nhello");
        }
    }

    @Test
    void itsUseIsWhatTheKernelKnows() throws Exception {
        try (HaproxyServer server = start(HELLO)) {
            ServerUse use = server.use();
            assertThat(use.processCpuNanos()).isPositive().isEqualTo(use.loopCpuNanos());
            assertThat(use.rssBytes()).isGreaterThan(1 << 20);
            assertThat(use.loopAllocatedBytes()).isNull();
            assertThat(server.use().since(use).loopAllocatedBytes()).isNull();
            try (Stream<Path> threads = Files.list(Path.of("/proc/" + server.pid() + "/task"))) {
                assertThat(threads).as("threads").hasSize(1);
            }
        }
    }

    @Test
    void itEndsWithItsInput() throws Exception {
        HaproxyServer server = start(HELLO);
        assertThat(server.isAlive()).isTrue();
        server.close();
        assertThat(server.isAlive()).isFalse();
        assertThatThrownBy(server::use).isInstanceOf(MeasurementException.class).hasMessageContaining("has ended");
    }

    @Test
    void aServerThatEndsFails() {
        assertThatThrownBy(() -> start(Optional.of("false"), HELLO))
                .isInstanceOf(MeasurementException.class)
                .hasMessageContaining("ended before it listened");
    }

    @Test
    void withoutHaproxyTheReasonIsSaid() {
        assertThatThrownBy(() -> start(Optional.empty(), HELLO))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("haproxy is not installed");
    }

    @Test
    void aScenarioThatHaproxyDoesNotServeIsRefused() {
        assertThatThrownBy(() -> HaproxyConfig.of(Scenarios.named("udp-echo"), 1, 2))
                .hasMessageContaining("udp-echo");
    }

    @Test
    void theKernelsNumbersAreRead() {
        assertThat(HaproxyServer.cpuNanos("138044 63895 1\n")).isEqualTo(138_044);
        assertThat(HaproxyServer.rssBytes("VmHWM:\t   19000 kB\nVmRSS:\t   18084 kB\n"))
                .isEqualTo(18_084 * 1024);
    }

    private HaproxyServer start(Scenario scenario) throws Exception {
        return start(Optional.of(program()), scenario);
    }

    private HaproxyServer start(Optional<String> program, Scenario scenario) throws Exception {
        return HaproxyServer.start(program, scenario, new Pinning(), folder.resolve("log"));
    }

    private static String program() {
        Optional<String> program = HaproxyServer.program();
        assumeTrue(program.isPresent(), "haproxy is not installed");
        return program.get();
    }
}
