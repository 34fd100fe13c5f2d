package io.fdflux.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.benchmarks.SampleResults;
import io.fdflux.benchmarks.plan.Scenario;
import io.fdflux.benchmarks.plan.Scenarios;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The quick form complains of what does not work and of counts, never of times. */
class QuickCheckTest {

    @Test
    void failuresErrorsAndCountsBeyondTheirBoundsAreComplaints() {
        assertThat(complaints("keep-alive-64"))
                .containsExactlyInAnyOrder(
                        "keep-alive-64 on fdflux: 3 errors",
                        "keep-alive-64 on nio: it ended\nearly",
                        "keep-alive-64: changesPerEvent <= 1.0 is missed by more than half: 2.500");
    }

    @Test
    void timesAreNotJudged() {
        assertThat(complaints("idle-1000")).isEmpty(); // throughput/idle-1 is a matter of times
    }

    private static List<String> complaints(String name) {
        Scenario scenario = Scenarios.named(name);
        return QuickCheck.complaints(List.of(scenario), SampleResults.results());
    }
}
