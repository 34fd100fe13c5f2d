package io.fdflux.benchmarks.result;

import java.util.List;

/**
 * What one server JVM gave.
 *
 * @param warmUps the warm-up runs, in order: they show whether the JVM had settled
 * @param runs    the measured runs, in order
 * @param calls   system calls, counted in a run of its own; null if that was not reached
 * @param startUp times of the start, in the scenario of the start-up, otherwise null
 * @param failure what went wrong, or null
 */
public record JvmResult(List<Run> warmUps, List<Run> runs, Calls calls, StartUp startUp, String failure) {

    public JvmResult {
        warmUps = List.copyOf(warmUps);
        runs = List.copyOf(runs);
    }

    public static JvmResult failed(String reason) {
        return new JvmResult(List.of(), List.of(), null, null, reason);
    }
}
