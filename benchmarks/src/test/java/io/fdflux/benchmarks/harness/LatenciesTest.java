package io.fdflux.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** A stall counts for the requests that a closed loop did not send during it. */
class LatenciesTest {

    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final Histogram measured = new Histogram(3);

    @Test
    void aStallIsSeenByEachRequestThatItHeldBack() {
        // One connection: 1 s of 1 ms each, then a stall of 1 s.
        measured.recordValueWithCount(MILLI, 1000);
        measured.recordValue(1000 * MILLI);

        Map<String, Long> latency = Latencies.corrected(measured, 2, 1);

        // The mean interval is 2 ms, so about 500 waits are added, evenly from 2 ms to 1 s.
        assertThat(measured.getValueAtPercentile(99)).isLessThan(2 * MILLI);
        assertThat(latency.get("p50")).isBetween(MILLI, MILLI + MILLI / 100);
        assertThat(latency.get("p75")).isBetween(200 * MILLI, 300 * MILLI);
        assertThat(latency.get("p99")).isBetween(960 * MILLI, 980 * MILLI);
        assertThat(latency.get("max")).isBetween(1000 * MILLI, 1001 * MILLI);
    }

    @Test
    void answersAtAnEvenPaceAreLeftAsTheyAre() {
        // Eight connections, each with an answer every 8 ms.
        measured.recordValueWithCount(8 * MILLI, 1000);

        assertThat(Latencies.corrected(measured, 1, 8).values())
                .allSatisfy(value -> assertThat(value).isBetween(8 * MILLI, 8 * MILLI + MILLI / 100));
    }

    @Test
    void moreConnectionsMakeALongerInterval() {
        measured.recordValueWithCount(MILLI, 999);
        measured.recordValue(100 * MILLI);

        long ofOne = Latencies.corrected(measured, 1, 1).get("p99");
        long ofFifty = Latencies.corrected(measured, 1, 50).get("p99");

        assertThat(ofOne).isBetween(85 * MILLI, 95 * MILLI);
        assertThat(ofFifty).isLessThan(2 * MILLI);
    }

    @Test
    void nothingMeasuredGivesNothing() {
        assertThat(Latencies.corrected(measured, 1, 64)).isEmpty();
    }
}
