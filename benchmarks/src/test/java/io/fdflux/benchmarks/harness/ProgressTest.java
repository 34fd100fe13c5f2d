package io.fdflux.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.benchmarks.SampleResults;
import io.fdflux.benchmarks.plan.Scenario;
import io.fdflux.benchmarks.plan.Scenarios;
import io.fdflux.benchmarks.plan.Transport;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private static final Scenario SCENARIO = Scenarios.named("gateway");

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Instant instant() {
            return now;
        }
    };

    @Test
    void eachLineSaysWhatIsDoneAndWhatIsLeft() {
        Progress progress = new Progress(new PrintStream(printed, true, StandardCharsets.UTF_8), clock, 4);
        now = now.plusSeconds(90);
        progress.done(SCENARIO, Transport.FDFLUX, 0, "fast");
        now = now.plusSeconds(30);
        progress.done(SCENARIO, Transport.IO_URING, 0, "faster");

        assertThat(printed.toString(StandardCharsets.UTF_8).lines().toList())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .contains("[1/4] gateway fdflux JVM 1: fast; 1:30 min gone, about 4:30 min left"),
                        line -> assertThat(line)
                                .contains("[2/4] gateway io_uring JVM 1: faster; 2:00 min gone, about 2:00 min left"));
    }

    @Test
    void theSummaryHasWhatWasMeasured() {
        var jvm = SampleResults.results()
                .scenario("keep-alive-64")
                .orElseThrow()
                .transport("fdflux")
                .orElseThrow()
                .jvms()
                .getFirst();
        assertThat(Progress.summary(jvm))
                .isEqualTo("2,100 per second, 2.20 calls, 5,000 ns of the loop, 700 bytes allocated");
    }
}
