package io.fdflux.benchmarks.result;

/**
 * Where and with what a scenario was measured.
 *
 * @param measuredAt  ISO 8601, UTC
 * @param commit      of this project; {@code -dirty} behind it if the tree had changes
 * @param processor   model
 * @param cores       that the machine has
 * @param memory      of the machine
 * @param kernel      name and release
 * @param jdk         vendor and version
 * @param haproxy     version, or null if it is not installed
 * @param busyProcessors processors that were busy right before, with other work than the benchmark
 */
public record Environment(
        String measuredAt,
        String commit,
        String processor,
        int cores,
        String memory,
        String kernel,
        String jdk,
        String netty,
        String reactorNetty,
        String haproxy,
        double busyProcessors) {}
