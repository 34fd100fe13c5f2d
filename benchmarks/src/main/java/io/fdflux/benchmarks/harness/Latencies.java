package io.fdflux.benchmarks.harness;

import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * Latencies of a closed loop, corrected for coordinated omission. A closed loop does not send while it waits, so one
 * stall of the server delays few requests, and percentiles would hardly show it. The correction adds the requests that
 * would have been sent during the stall.
 *
 * <p>wrk corrects its own percentiles in the same way: {@code stats_correct}, which {@code main} of its wrk.c calls.
 */
final class Latencies {

    private static final Map<String, Double> PERCENTILES =
            Map.of("p50", 50.0, "p75", 75.0, "p90", 90.0, "p99", 99.0, "p99.9", 99.9);

    private Latencies() {}

    /**
     * Corrects the latencies.
     *
     * @param measured in nanoseconds, one value per answer
     * @param seconds  that the run took
     * @param inFlight how many answers the sender awaited at a time
     * @return percentiles, mean and maximum by name; empty if nothing was measured
     */
    static Map<String, Long> corrected(Histogram measured, double seconds, int inFlight) {
        Map<String, Long> latency = new LinkedHashMap<>();
        if (measured.getTotalCount() > 0) {
            Histogram corrected =
                    measured.copyCorrectedForCoordinatedOmission(expectedInterval(measured, seconds, inFlight));
            PERCENTILES.forEach((name, at) -> latency.put(name, corrected.getValueAtPercentile(at)));
            latency.put("mean", (long) corrected.getMean());
            latency.put("max", corrected.getMaxValue());
        }
        return latency;
    }

    /** {@return the mean time in nanoseconds from one request to the next that awaits its answer in the same place} */
    private static long expectedInterval(Histogram measured, double seconds, int inFlight) {
        return Math.max(1, Math.round(seconds * 1e9 * inFlight / measured.getTotalCount()));
    }
}
