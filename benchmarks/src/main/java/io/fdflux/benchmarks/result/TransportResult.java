package io.fdflux.benchmarks.result;

import java.util.List;

/**
 * One transport in one scenario.
 *
 * @param transport   the name
 * @param unavailable why it could not run, or null
 * @param jvms        one entry per JVM; entries of the same index of two transports ran next to each other
 */
public record TransportResult(String transport, String unavailable, List<JvmResult> jvms) {

    public TransportResult {
        jvms = List.copyOf(jvms);
    }

    public static TransportResult unavailable(String transport, String reason) {
        return new TransportResult(transport, reason, List.of());
    }
}
