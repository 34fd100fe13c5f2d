package io.fdflux.benchmarks.report;

import io.fdflux.benchmarks.plan.Scenario;
import io.fdflux.benchmarks.plan.Scenarios;
import io.fdflux.benchmarks.plan.Transport;
import io.fdflux.benchmarks.result.Metric;
import io.fdflux.benchmarks.result.Pairs;
import io.fdflux.benchmarks.result.Results;
import io.fdflux.benchmarks.result.ScenarioResult;
import io.fdflux.benchmarks.result.Spread;
import io.fdflux.benchmarks.result.TransportResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A plot with a row per scenario, and a dot with its spread per transport.
 *
 * @param file     its name
 * @param metric   that it shows
 * @param relative whether it shows ratios to Netty's epoll
 */
record Plot(String file, String title, Metric metric, boolean relative) {

    static final List<Plot> ALL = List.of(
            new Plot("throughput.svg", "Operations per second, Netty's epoll = 1", Metric.THROUGHPUT, true),
            new Plot("calls.svg", "System calls per operation", Metric.CALLS, false),
            new Plot("cpu.svg", "CPU of the loop thread per operation, Netty's epoll = 1", Metric.LOOP_CPU, true),
            new Plot("allocation.svg", "Bytes allocated per operation, Netty's epoll = 1", Metric.ALLOCATION, true),
            new Plot("latency.svg", "Latency p99, µs", Metric.P99, false));

    boolean hasData(Results results) {
        return !rows(results).isEmpty();
    }

    String svg(Results results) {
        return new DotPlot(title, Transport.TIMED.stream().map(Transport::key).toList(), rows(results)).svg();
    }

    private List<DotPlot.Row> rows(Results results) {
        List<DotPlot.Row> rows = new ArrayList<>();
        for (Scenario scenario : Scenarios.ALL) {
            Map<String, Spread> dots =
                    results.scenario(scenario.name()).map(this::dots).orElse(Map.of());
            if (!dots.isEmpty()) {
                rows.add(new DotPlot.Row(scenario.name(), dots));
            }
        }
        return rows;
    }

    private Map<String, Spread> dots(ScenarioResult result) {
        Map<String, Spread> dots = new LinkedHashMap<>();
        for (Transport transport : Transport.TIMED) {
            result.transport(transport.key())
                    .flatMap(measured -> spread(result, measured))
                    .filter(spread -> spread.min() > 0)
                    .ifPresent(spread -> dots.put(transport.key(), spread));
        }
        return dots;
    }

    private Optional<Spread> spread(ScenarioResult result, TransportResult transport) {
        return relative
                ? result.transport(Transport.EPOLL.key())
                        .flatMap(epoll -> Pairs.ratios(metric.of(transport), metric.of(epoll)))
                : metric.spread(transport);
    }
}
