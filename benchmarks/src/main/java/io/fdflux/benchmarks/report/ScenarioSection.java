package io.fdflux.benchmarks.report;

import io.fdflux.benchmarks.plan.Scenario;
import io.fdflux.benchmarks.plan.Transport;
import io.fdflux.benchmarks.plan.Verdict;
import io.fdflux.benchmarks.result.Calls;
import io.fdflux.benchmarks.result.JvmResult;
import io.fdflux.benchmarks.result.Metric;
import io.fdflux.benchmarks.result.Pairs;
import io.fdflux.benchmarks.result.Results;
import io.fdflux.benchmarks.result.Run;
import io.fdflux.benchmarks.result.ScenarioResult;
import io.fdflux.benchmarks.result.Spread;
import io.fdflux.benchmarks.result.TransportResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What was measured of one scenario: numbers, ratios to each peer, the calls by name, and what could not run. */
final class ScenarioSection {

    /** By the loop's counters, which only fdflux has: they are shown for kqueue. */
    private static final Set<Metric> OF_COUNTERS =
            EnumSet.of(Metric.WAIT_CALLS, Metric.UPDATE_CALLS, Metric.EVENTS, Metric.CHANGES, Metric.CHANGES_PER_EVENT);

    /** Calls fewer than this per operation are noise. */
    private static final double RARE = 0.005;

    private final Scenario scenario;
    private final ScenarioResult result;
    private final Results results;
    private final List<TransportResult> timed;

    ScenarioSection(Scenario scenario, ScenarioResult result, Results results) {
        this.scenario = scenario;
        this.result = result;
        this.results = results;
        this.timed = Transport.TIMED.stream()
                .flatMap(transport -> result.transport(transport.key()).stream())
                .toList();
    }

    String text() {
        StringBuilder text = new StringBuilder();
        text.append("### ").append(scenario.name()).append("\n\n");
        text.append(scenario.title())
                .append(". One operation is one ")
                .append(scenario.operation())
                .append(". Load: ");
        text.append(load()).append(".\n");
        if (scenario.neighbours()) {
            text.append("Busy processes share the server's processor behind the warm-up, so that the server is the"
                    + " limit.\n");
        }
        append(text, numbers());
        append(text, ratios());
        append(text, calls());
        append(text, kqueue());
        append(text, problems());
        return text.toString();
    }

    private String load() {
        String load = result.settings().load();
        return load.startsWith("wrk") || load.startsWith("h2load") ? "`" + load + "`" : load;
    }

    private static void append(StringBuilder text, String part) {
        if (!part.isEmpty()) {
            text.append('\n').append(part);
        }
    }

    private String numbers() {
        List<String> head = new ArrayList<>(List.of(""));
        timed.forEach(transport -> head.add(transport.transport()));
        MarkdownTable table = new MarkdownTable(head);
        for (Metric metric : Metric.values()) {
            List<Optional<Spread>> spreads = timed.stream().map(metric::spread).toList();
            if (!OF_COUNTERS.contains(metric) && spreads.stream().anyMatch(Optional::isPresent)) {
                table.row(metric.title(), spreads.stream().map(Numbers::of).toList());
            }
        }
        return table.isEmpty() ? "" : table.toString();
    }

    private String ratios() {
        Optional<TransportResult> ours = result.transport(Transport.FDFLUX.key());
        List<TransportResult> peers = Transport.PEERS.stream()
                .flatMap(peer -> result.transport(peer.key()).stream())
                .filter(peer -> !peer.jvms().isEmpty())
                .toList();
        if (ours.isEmpty() || peers.isEmpty()) {
            return "";
        }
        List<String> head = new ArrayList<>(List.of("fdflux in ratio to"));
        peers.forEach(peer -> head.add(peer.transport()));
        MarkdownTable table = new MarkdownTable(head);
        for (Metric metric : Metric.values()) {
            List<Optional<Spread>> spreads = peers.stream()
                    .map(peer -> Pairs.ratios(metric.of(ours.get()), metric.of(peer)))
                    .toList();
            if (!OF_COUNTERS.contains(metric) && spreads.stream().anyMatch(Optional::isPresent)) {
                table.row(metric.title(), spreads.stream().map(Numbers::of).toList());
            }
        }
        return table.isEmpty() ? "" : table.toString();
    }

    private String calls() {
        MarkdownTable table = new MarkdownTable("calls per operation", "by name");
        for (TransportResult transport : timed) {
            transport.jvms().stream()
                    .map(JvmResult::calls)
                    .filter(Objects::nonNull)
                    .filter(calls -> calls.notCounted() == null)
                    .findFirst()
                    .ifPresent(calls -> table.row(transport.transport(), byName(calls)));
        }
        return table.isEmpty() ? "" : table.toString();
    }

    private static String byName(Calls calls) {
        return calls.byName().entrySet().stream()
                .filter(call -> call.getValue() > RARE * calls.operations())
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .map(call -> call.getKey() + " " + Numbers.of((double) call.getValue() / calls.operations()))
                .collect(Collectors.joining(", "));
    }

    private String kqueue() {
        Optional<TransportResult> kqueue = result.transport(Transport.FDFLUX_KQUEUE.key());
        if (kqueue.isEmpty() || kqueue.get().jvms().isEmpty()) {
            return "";
        }
        MarkdownTable table = new MarkdownTable("kqueue over libkqueue: counts, no times", "");
        for (Metric metric : OF_COUNTERS) {
            metric.spread(kqueue.get()).ifPresent(spread -> table.row(metric.title(), Numbers.of(spread)));
        }
        for (Verdict verdict : Verdict.ofKqueue(scenario, results)) {
            table.row(
                    "`" + verdict.target().text() + "`",
                    verdict.met().map(met -> met ? "met" : "**missed**").orElse("not measured"));
        }
        return table.isEmpty() ? "" : table.toString();
    }

    private String problems() {
        List<String> problems = new ArrayList<>();
        for (TransportResult transport : result.transports()) {
            String name = transport.transport();
            if (transport.unavailable() != null) {
                problems.add(name + " could not run: " + oneLine(transport.unavailable()));
            }
            for (int i = 0; i < transport.jvms().size(); i++) {
                problems.addAll(
                        problems(name + ", JVM " + (i + 1), transport.jvms().get(i)));
            }
        }
        return problems.stream()
                .distinct()
                .map(problem -> "- " + problem + "\n")
                .collect(Collectors.joining());
    }

    private static List<String> problems(String where, JvmResult jvm) {
        List<String> problems = new ArrayList<>();
        if (jvm.failure() != null) {
            problems.add(where + " failed: " + oneLine(jvm.failure()));
        }
        long errors = jvm.runs().stream()
                .map(Run::load)
                .mapToLong(load -> load.errors())
                .sum();
        if (errors > 0) {
            problems.add(where + ": the sender met " + errors + " errors");
        }
        if (jvm.calls() != null && jvm.calls().notCounted() != null) {
            problems.add(
                    "Calls were not counted on " + where + ": " + jvm.calls().notCounted());
        }
        if (jvm.startUp() != null && jvm.startUp().noAotCache() != null) {
            problems.add(where + " had no AOT cache: " + oneLine(jvm.startUp().noAotCache()));
        }
        return problems;
    }

    private static String oneLine(String message) {
        String line = message.lines().map(String::strip).collect(Collectors.joining(" "));
        return line.length() > 500 ? line.substring(0, 500) + " ..." : line;
    }
}
