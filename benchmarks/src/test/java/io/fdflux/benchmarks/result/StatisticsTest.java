package io.fdflux.benchmarks.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Medians, spreads and ratios. */
class StatisticsTest {

    @Test
    void theMedianOfAnOddCountIsTheMiddleOne() {
        assertThat(Spread.of(9, 1, 5)).contains(new Spread(1, 5, 9, 3));
    }

    @Test
    void theMedianOfAnEvenCountIsBetweenTheMiddleOnes() {
        assertThat(Spread.of(9, 1, 5, 6)).contains(new Spread(1, 5.5, 9, 4));
    }

    @Test
    void whatIsNoNumberIsLeftOut() {
        assertThat(Spread.of(Double.NaN, 2, Double.POSITIVE_INFINITY)).contains(new Spread(2, 2, 2, 1));
        assertThat(Spread.of(Double.NaN)).isEmpty();
        assertThat(Spread.of()).isEmpty();
    }

    @Test
    void ratiosAreOfPairsSoThatADriftMeetsBoth() {
        List<Optional<Double>> ours = List.of(Optional.of(20.0), Optional.of(200.0), Optional.of(30.0));
        List<Optional<Double>> theirs = List.of(Optional.of(10.0), Optional.of(100.0), Optional.of(10.0));
        assertThat(Pairs.ratios(ours, theirs)).contains(new Spread(2, 2, 3, 3));
        assertThat(Pairs.differences(ours, theirs)).contains(new Spread(10, 20, 100, 3));
    }

    @Test
    void aPairThatLacksOneSideIsLeftOut() {
        List<Optional<Double>> ours = List.of(Optional.of(20.0), Optional.empty(), Optional.of(30.0));
        List<Optional<Double>> theirs = List.of(Optional.of(10.0), Optional.of(1.0));
        assertThat(Pairs.ratios(ours, theirs)).contains(new Spread(2, 2, 2, 1));
        assertThat(Pairs.ratios(List.of(), theirs)).isEmpty();
    }

    @Test
    void aMetricOfAJvmIsTheMedianOfItsRuns() {
        JvmResult jvm = new JvmResult(
                List.of(run(1, 1000, 0)),
                List.of(run(100, 1, 500), run(300, 1, 900), run(200, 1, 800)),
                null,
                null,
                null);
        assertThat(Metric.THROUGHPUT.of(jvm)).contains(200.0);
        assertThat(Metric.LOOP_CPU.of(jvm)).contains(4.0);
        assertThat(Metric.P99.of(jvm)).isEmpty();
        assertThat(Metric.CALLS.of(jvm)).isEmpty();
    }

    @Test
    void callsOfTheJvmItselfAreNotCounted() {
        Calls calls = new Calls(
                "perf",
                100,
                Map.of("recvfrom", 100L, "sendto", 100L, "epoll_wait", 25L, "futex", 999L, "mmap", 9L),
                null);
        assertThat(calls.perOperation()).isEqualTo(2.25);
        assertThat(calls.waitsPerOperation()).isEqualTo(0.25);
        assertThat(calls.besidesWaitsPerOperation()).isEqualTo(2.0);
    }

    @Test
    void countersGiveCountsPerOperationAndPerEvent() {
        ServerUse use = new ServerUse(
                0, 0, 0L, 0, 0, Map.of("changes", 200L, "events", 100L, "waitCalls", 50L, "updateCalls", 0L));
        JvmResult jvm =
                new JvmResult(List.of(), List.of(new Run(new Load(200, 1, 0, Map.of()), use)), null, null, null);
        assertThat(Metric.CHANGES.of(jvm)).contains(1.0);
        assertThat(Metric.CHANGES_PER_EVENT.of(jvm)).contains(2.0);
        assertThat(Metric.WAIT_CALLS.of(jvm)).contains(0.25);
        assertThat(Metric.UPDATE_CALLS.of(jvm)).contains(0.0);
    }

    private static Run run(long operations, double seconds, long loopCpuNanos) {
        return new Run(new Load(operations, seconds, 0, Map.of()), new ServerUse(loopCpuNanos, 0, 0L, 0, 0, Map.of()));
    }
}
