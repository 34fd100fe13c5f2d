package io.fdflux.benchmarks.harness;

import io.fdflux.benchmarks.plan.Sending;
import io.fdflux.benchmarks.result.Load;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;

/**
 * Reads what h2load prints. It prints the mean and the maximum of latencies, but no percentiles: those come from its
 * log of requests.
 */
final class H2loadOutput {

    private static final Pattern SECONDS = Pattern.compile("finished in ([\\d.]+)(us|ms|s|m|h),");
    private static final Pattern REQUESTS = Pattern.compile(
            "requests: \\d+ total, \\d+ started, \\d+ done, (\\d+) succeeded, (\\d+) failed, (\\d+) errored, (\\d+)"
                    + " timeout");
    private static final Pattern LATENCY = Pattern.compile(
            "time for request: +[\\d.]+(?:us|ms|s|m|h) +([\\d.]+)(us|ms|s|m|h) +([\\d.]+)(us|ms|s|m|h)");

    private H2loadOutput() {}

    /**
     * Reads one run.
     *
     * @param latencies of its requests in nanoseconds; empty if there was no log
     */
    static Load load(String output, Sending.H2load sending, Optional<Histogram> latencies) {
        Matcher seconds = SECONDS.matcher(output);
        Matcher requests = REQUESTS.matcher(output);
        if (!seconds.find() || !requests.find()) {
            throw new MeasurementException("h2load printed no total:\n" + output);
        }
        double time = TimeWithUnit.nanos(seconds.group(1), seconds.group(2)) / 1e9;
        int inFlight = sending.connections() * sending.streams();
        // h2load counts requests that failed as errored or timed out as well.
        return new Load(
                Long.parseLong(requests.group(1)),
                time,
                Long.parseLong(requests.group(2)),
                latencies
                        .map(measured -> Latencies.corrected(measured, time, inFlight))
                        .orElseGet(() -> meanAndMaximum(output)));
    }

    private static Map<String, Long> meanAndMaximum(String output) {
        Map<String, Long> latency = new LinkedHashMap<>();
        Matcher times = LATENCY.matcher(output);
        if (times.find()) {
            latency.put("max", TimeWithUnit.nanos(times.group(1), times.group(2)));
            latency.put("mean", TimeWithUnit.nanos(times.group(3), times.group(4)));
        }
        return latency;
    }
}
