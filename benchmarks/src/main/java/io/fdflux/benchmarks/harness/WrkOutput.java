package io.fdflux.benchmarks.harness;

import io.fdflux.benchmarks.result.Load;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what wrk prints with {@code --latency}. */
final class WrkOutput {

    private static final Pattern TOTAL = Pattern.compile("(\\d+) requests in ([\\d.]+)(us|ms|s|m|h)");
    private static final Pattern PERCENTILE = Pattern.compile("(?m)^ +(\\d+)% +([\\d.]+)(us|ms|s|m|h)$");
    private static final Pattern LATENCY =
            Pattern.compile("(?m)^ +Latency +([\\d.]+)(us|ms|s|m|h) +\\S+ +([\\d.]+)(us|ms|s|m|h)");
    private static final Pattern ERRORS =
            Pattern.compile("Socket errors: connect (\\d+), read (\\d+), write (\\d+), timeout (\\d+)");
    private static final Pattern REFUSALS = Pattern.compile("Non-2xx or 3xx responses: (\\d+)");

    private WrkOutput() {}

    static Load load(String output) {
        Matcher total = TOTAL.matcher(output);
        if (!total.find()) {
            throw new MeasurementException("wrk printed no total:\n" + output);
        }
        Map<String, Long> latency = new LinkedHashMap<>();
        PERCENTILE
                .matcher(output)
                .results()
                .forEach(line -> latency.put("p" + line.group(1), TimeWithUnit.nanos(line.group(2), line.group(3))));
        Matcher summary = LATENCY.matcher(output);
        if (summary.find()) {
            latency.put("mean", TimeWithUnit.nanos(summary.group(1), summary.group(2)));
            latency.put("max", TimeWithUnit.nanos(summary.group(3), summary.group(4)));
        }
        return new Load(
                Long.parseLong(total.group(1)),
                TimeWithUnit.nanos(total.group(2), total.group(3)) / 1e9,
                sum(ERRORS.matcher(output)) + sum(REFUSALS.matcher(output)),
                latency);
    }

    private static long sum(Matcher numbers) {
        return numbers.results().mapToLong(WrkOutput::sum).sum();
    }

    private static long sum(MatchResult numbers) {
        long sum = 0;
        for (int i = 1; i <= numbers.groupCount(); i++) {
            sum += Long.parseLong(numbers.group(i));
        }
        return sum;
    }
}
