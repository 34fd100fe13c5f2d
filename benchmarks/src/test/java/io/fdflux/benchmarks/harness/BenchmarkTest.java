package io.fdflux.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.benchmarks.plan.Scenarios;
import io.fdflux.benchmarks.plan.Transport;
import java.util.List;
import org.junit.jupiter.api.Test;

class BenchmarkTest {

    private static final List<Transport> ALL = List.of(Transport.values());

    private final Options options = new Options();

    @Test
    void aScenarioHasServersOnTheTransportsThatServeIt() {
        options.jvms = 3;
        assertThat(jvms("keep-alive-64", ALL)).isEqualTo(5 * 3 + 1); // one counts over kqueue
        assertThat(jvms("keep-alive-1", ALL)).isEqualTo(6 * 3); // one polls busily
        assertThat(jvms("udp-echo", ALL)).isEqualTo(4 * 3);
        assertThat(jvms("udp-echo", List.of(Transport.HAPROXY))).isZero();
    }

    private int jvms(String scenario, List<Transport> transports) {
        return Benchmark.jvms(Scenarios.named(scenario), transports, options);
    }
}
