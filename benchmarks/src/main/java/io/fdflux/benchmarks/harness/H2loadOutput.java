package io.fdflux.benchmarks.harness;

import io.fdflux.benchmarks.result.Load;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what h2load prints. It gives the mean and the maximum of latencies, no percentiles. */
final class H2loadOutput {

    private static final Pattern SECONDS = Pattern.compile("finished in ([\\d.]+)(us|ms|s|m|h),");
    private static final Pattern REQUESTS = Pattern.compile(
            "requests: \\d+ total, \\d+ started, \\d+ done, (\\d+) succeeded, (\\d+) failed, (\\d+) errored, (\\d+)"
                    + " timeout");
    private static final Pattern LATENCY = Pattern.compile(
            "time for request: +[\\d.]+(?:us|ms|s|m|h) +([\\d.]+)(us|ms|s|m|h) +([\\d.]+)(us|ms|s|m|h)");

    private H2loadOutput() {}

    static Load load(String output) {
        Matcher seconds = SECONDS.matcher(output);
        Matcher requests = REQUESTS.matcher(output);
        if (!seconds.find() || !requests.find()) {
            throw new MeasurementException("h2load printed no total:\n" + output);
        }
        Map<String, Long> latency = new LinkedHashMap<>();
        Matcher times = LATENCY.matcher(output);
        if (times.find()) {
            latency.put("max", TimeWithUnit.nanos(times.group(1), times.group(2)));
            latency.put("mean", TimeWithUnit.nanos(times.group(3), times.group(4)));
        }
        // h2load counts requests that failed as errored or timed out as well.
        return new Load(
                Long.parseLong(requests.group(1)),
                TimeWithUnit.nanos(seconds.group(1), seconds.group(2)) / 1e9,
                Long.parseLong(requests.group(2)),
                latency);
    }
}
