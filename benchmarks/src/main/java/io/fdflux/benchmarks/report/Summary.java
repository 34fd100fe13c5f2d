package io.fdflux.benchmarks.report;

import io.fdflux.benchmarks.plan.Scenario;
import io.fdflux.benchmarks.plan.Scenarios;
import io.fdflux.benchmarks.plan.Transport;
import io.fdflux.benchmarks.result.Metric;
import io.fdflux.benchmarks.result.Pairs;
import io.fdflux.benchmarks.result.Results;
import io.fdflux.benchmarks.result.ScenarioResult;
import io.fdflux.benchmarks.result.Spread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The few lines of the results that the README shows, between two marks. */
public final class Summary {

    private static final String BEGIN = "<!-- measured: scripts/benchmark writes these lines -->\n";
    private static final String END = "<!-- end of measured -->\n";

    /** One of each kind of work. */
    private static final List<String> SCENARIOS = List.of(
            "keep-alive-64",
            "connection-per-request-loopback",
            "sse-100",
            "webflux-ndjson-100",
            "http2-50",
            "gateway",
            "spring-cloud-gateway",
            "websocket-fanout",
            "body-down-1m",
            "sendfile-1m",
            "tls-boringssl");

    private Summary() {}

    /** {@return the table; empty without results} */
    static String text(Results results) {
        MarkdownTable table =
                new MarkdownTable("", "throughput, Netty's epoll = 1", "system calls per operation", "Netty's epoll");
        for (String name : SCENARIOS) {
            results.scenario(name).ifPresent(result -> row(table, Scenarios.named(name), result));
        }
        return table.isEmpty() ? "" : table.toString();
    }

    private static void row(MarkdownTable table, Scenario scenario, ScenarioResult result) {
        String link = "[" + scenario.title() + "](docs/benchmarks/" + Report.NAME + "#" + scenario.name() + ")";
        Optional<Spread> ratio = Pairs.ratios(
                values(result, Metric.THROUGHPUT, Transport.FDFLUX),
                values(result, Metric.THROUGHPUT, Transport.EPOLL));
        table.row(link, Numbers.of(ratio), median(result, Transport.FDFLUX), median(result, Transport.EPOLL));
    }

    private static String median(ScenarioResult result, Transport transport) {
        return Spread.of(values(result, Metric.CALLS, transport).stream()
                        .flatMap(Optional::stream)
                        .toList())
                .map(spread -> Numbers.of(spread.median()))
                .orElse("–");
    }

    private static List<Optional<Double>> values(ScenarioResult result, Metric metric, Transport transport) {
        return result.transport(transport.key()).map(metric::of).orElse(List.of());
    }

    /**
     * Writes the table into the README.
     *
     * @throws IOException if the README cannot be written, or lacks the marks
     */
    public static void write(Results results, Path readme) throws IOException {
        Files.writeString(readme, inserted(results, Files.readString(readme)));
    }

    static String inserted(Results results, String readme) throws IOException {
        int begin = readme.indexOf(BEGIN);
        int end = readme.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IOException("the README has no lines " + BEGIN.strip() + " and " + END.strip());
        }
        return readme.substring(0, begin + BEGIN.length()) + "\n" + text(results) + "\n" + readme.substring(end);
    }
}
