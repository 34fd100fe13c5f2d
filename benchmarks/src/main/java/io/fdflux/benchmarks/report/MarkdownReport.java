package io.fdflux.benchmarks.report;

import io.fdflux.benchmarks.plan.Scenario;
import io.fdflux.benchmarks.plan.Scenarios;
import io.fdflux.benchmarks.plan.Verdict;
import io.fdflux.benchmarks.result.Environment;
import io.fdflux.benchmarks.result.Results;
import io.fdflux.benchmarks.result.ScenarioResult;
import io.fdflux.benchmarks.result.Settings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The whole report: machine, targets, plots, and a section per scenario in the order of the table. */
final class MarkdownReport {

    private final Results results;
    private final List<Plot> plots;
    private final Findings findings;

    MarkdownReport(Results results, List<Plot> plots, Findings findings) {
        this.results = results;
        this.plots = plots;
        this.findings = findings;
    }

    String text() throws IOException {
        StringBuilder text = new StringBuilder();
        text.append("""
            # Benchmark report

            Written by `scripts/benchmark` from `results.json`: no number of a table is typed by hand. [How to read it](README.md)

            Each number is the median over the server JVMs, with minimum and maximum in brackets. A ratio compares JVMs that ran
            next to each other; its median and spread are over those pairs.

            """);
        text.append("## Machine and versions\n\n").append(machines()).append('\n');
        text.append("## Targets\n\n").append(targets()).append('\n');
        text.append("## Overview\n\n");
        plots.forEach(plot -> text.append("![")
                .append(plot.title())
                .append("](")
                .append(plot.file())
                .append(")\n\n"));
        text.append("## Scenarios\n");
        for (Scenario scenario : Scenarios.ALL) {
            Optional<ScenarioResult> result = results.scenario(scenario.name());
            if (result.isPresent()) {
                text.append('\n').append(new ScenarioSection(scenario, result.get(), results).text());
                findings.of(scenario)
                        .ifPresent(finding -> text.append('\n').append(finding).append('\n'));
            }
        }
        return text.toString();
    }

    private String machines() {
        if (results.scenarios().isEmpty()) {
            return "Nothing has been measured yet.\n";
        }
        StringBuilder text = new StringBuilder();
        Map<String, List<String>> scenariosByDescription = new LinkedHashMap<>();
        for (ScenarioResult result : results.scenarios()) {
            scenariosByDescription
                    .computeIfAbsent(machine(result), _ -> new ArrayList<>())
                    .add(result.scenario());
        }
        scenariosByDescription.forEach((description, scenarios) -> {
            if (scenariosByDescription.size() > 1) {
                text.append("Of ").append(String.join(", ", scenarios)).append(":\n\n");
            }
            text.append(description).append('\n');
        });
        text.append(measuredAt());
        return text.toString();
    }

    private static String machine(ScenarioResult result) {
        Environment environment = result.environment();
        Settings settings = result.settings();
        MarkdownTable table = new MarkdownTable("", "");
        table.row("processor", environment.processor() + ", " + environment.cores() + " cores");
        table.row("memory", environment.memory());
        table.row("kernel", environment.kernel());
        table.row("JDK", environment.jdk());
        table.row("Netty", environment.netty());
        table.row("Reactor Netty", environment.reactorNetty());
        if (environment.haproxy() != null) {
            table.row("HAProxy", environment.haproxy());
        }
        table.row("fdflux", "commit " + environment.commit());
        table.row("pinning", settings.pinning());
        table.row("flags of each server JVM", "`" + String.join(" ", settings.jvmFlags()) + "`");
        table.row("JVMs per transport", String.valueOf(settings.jvms()));
        table.row(
                "runs per JVM",
                "warm-up at least " + settings.warmUps() + " × " + settings.warmUpSeconds() + " s, measured "
                        + settings.runs() + " × " + settings.seconds() + " s, then one to count calls");
        return table.toString();
    }

    private String measuredAt() {
        String first = bound(Environment::measuredAt, true);
        String last = bound(Environment::measuredAt, false);
        double busy = results.scenarios().stream()
                .mapToDouble(result -> result.environment().busyProcessors())
                .filter(Double::isFinite)
                .max()
                .orElse(Double.NaN);
        return "Measured from " + first + " to " + last + ". Before a scenario at most " + Numbers.of(busy)
                + " processors were busy with other work.\n";
    }

    private String bound(Function<Environment, String> value, boolean first) {
        List<String> sorted = results.scenarios().stream()
                .map(result -> value.apply(result.environment()))
                .sorted()
                .toList();
        return first ? sorted.getFirst() : sorted.getLast();
    }

    private String targets() {
        MarkdownTable table = new MarkdownTable("scenario", "target", "measured", "verdict");
        for (Scenario scenario : Scenarios.ALL) {
            Optional<ScenarioResult> result = results.scenario(scenario.name());
            String name = result.isPresent() ? "[" + scenario.name() + "](#" + scenario.name() + ")" : scenario.name();
            for (Verdict verdict : Verdict.of(scenario, results)) {
                row(table, name, "", verdict);
            }
            for (Verdict verdict : Verdict.ofKqueue(scenario, results)) {
                row(table, name, " (kqueue)", verdict);
            }
        }
        return table.toString();
    }

    private static void row(MarkdownTable table, String scenario, String of, Verdict verdict) {
        String outcome = verdict.met().map(met -> met ? "met" : "**missed**").orElse("not measured");
        table.row(scenario, "`" + verdict.target().text() + "`" + of, Numbers.of(verdict.measured()), outcome);
    }
}
