package io.fdflux.benchmarks.result;

import java.util.Map;
import java.util.TreeMap;

/**
 * What a sender reports of one run.
 *
 * @param operations   that were completed
 * @param seconds      that the run took
 * @param errors       that the sender met, of any kind
 * @param latencyNanos by name: {@code p50}, {@code p99}, {@code p99.9}, {@code mean}, {@code max}; what the sender
 *     gives, corrected for coordinated omission
 * @param histogram    HdrHistogram of the latencies as measured, not corrected, compressed, in base64, or null
 */
public record Load(long operations, double seconds, long errors, Map<String, Long> latencyNanos, String histogram) {

    public Load {
        latencyNanos = new TreeMap<>(latencyNanos);
    }

    public Load(long operations, double seconds, long errors, Map<String, Long> latencyNanos) {
        this(operations, seconds, errors, latencyNanos, null);
    }

    public double perSecond() {
        return seconds > 0 ? operations / seconds : 0;
    }
}
