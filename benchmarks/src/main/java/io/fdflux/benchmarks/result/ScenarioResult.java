package io.fdflux.benchmarks.result;

import java.util.List;
import java.util.Optional;

/**
 * One scenario, measured on each transport.
 *
 * @param scenario    the name
 * @param environment where and with what it was measured
 * @param settings    how long, and how often
 * @param transports  in the order in which they took turns
 */
public record ScenarioResult(
        String scenario, Environment environment, Settings settings, List<TransportResult> transports) {

    public ScenarioResult {
        transports = List.copyOf(transports);
    }

    public Optional<TransportResult> transport(String name) {
        return transports.stream()
                .filter(transport -> transport.transport().equals(name))
                .findFirst();
    }
}
