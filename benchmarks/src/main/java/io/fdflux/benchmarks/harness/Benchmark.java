package io.fdflux.benchmarks.harness;

import io.fdflux.benchmarks.plan.Scenario;
import io.fdflux.benchmarks.plan.Sending;
import io.fdflux.benchmarks.plan.Transport;
import io.fdflux.benchmarks.result.Environment;
import io.fdflux.benchmarks.result.JvmResult;
import io.fdflux.benchmarks.result.ScenarioResult;
import io.fdflux.benchmarks.result.Settings;
import io.fdflux.benchmarks.result.TransportResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Measures scenarios, in a {@link Round} per JVM. Counts over kqueue are from one JVM, because counts do not drift. */
final class Benchmark {

    private final Workbench workbench;
    private final Options options;
    private final Progress progress;
    private final Path logs;

    Benchmark(Workbench workbench, Options options, Progress progress, Path logs) {
        this.workbench = workbench;
        this.options = options;
        this.progress = progress;
        this.logs = logs;
    }

    /** {@return how many JVMs a scenario takes, for the progress} */
    static int jvms(Scenario scenario, List<Transport> transports, Options options) {
        return transports.stream()
                .mapToInt(transport -> jvms(scenario, transport, options))
                .sum();
    }

    private static int jvms(Scenario scenario, Transport transport, Options options) {
        if (!scenario.runsOn(transport)) {
            return 0;
        }
        return transport.isTimed() ? options.jvms() : 1;
    }

    ScenarioResult measure(Scenario scenario, List<Transport> transports) throws IOException, InterruptedException {
        Environment environment = Machine.now();
        Map<Transport, List<JvmResult>> jvms = new LinkedHashMap<>();
        Map<Transport, String> unavailable = new LinkedHashMap<>();
        transports.stream()
                .filter(transport -> jvms(scenario, transport, options) > 0)
                .forEach(transport -> jvms.put(transport, new ArrayList<>()));
        for (int jvm = 0; jvm < options.jvms(); jvm++) {
            measure(scenario, jvm, jvms, unavailable);
        }
        List<TransportResult> results = new ArrayList<>();
        jvms.forEach((transport, measured) ->
                results.add(new TransportResult(transport.key(), unavailable.get(transport), measured)));
        return new ScenarioResult(scenario.name(), environment, settings(scenario), results);
    }

    private void measure(
            Scenario scenario, int jvm, Map<Transport, List<JvmResult>> jvms, Map<Transport, String> unavailable)
            throws IOException, InterruptedException {
        try (Round round = new Round()) {
            for (Transport transport : jvms.keySet()) {
                if (jvm < jvms(scenario, transport, options) && !unavailable.containsKey(transport)) {
                    round.add(transport, measurement(scenario, transport, jvm));
                }
            }
            progress.begins(scenario, jvm);
            round.measure(options.runs());
            unavailable.putAll(round.unavailable());
            round.results().forEach((transport, result) -> jvms.get(transport).add(result));
            for (Transport transport : jvms.keySet()) {
                if (jvm < jvms(scenario, transport, options)) {
                    progress.done(scenario, transport, jvm, summary(round, transport));
                }
            }
        }
    }

    private Measurement measurement(Scenario scenario, Transport transport, int jvm) throws IOException {
        Files.createDirectories(logs);
        Path log = logs.resolve(scenario.name() + "-" + transport.key() + "-" + (jvm + 1) + ".log");
        return scenario.sending() instanceof Sending.Start
                ? new StartUpMeasurement(transport, workbench, log)
                : new JvmMeasurement(scenario, transport, workbench, options, log);
    }

    private static String summary(Round round, Transport transport) {
        JvmResult result = round.results().get(transport);
        if (result == null) {
            return "cannot run: " + round.unavailable().getOrDefault(transport, "as before");
        }
        return result.failure() == null ? Progress.summary(result) : "failed: " + result.failure();
    }

    private Settings settings(Scenario scenario) {
        return new Settings(
                options.jvms(),
                options.warmUps(),
                JvmMeasurement.WARM_UP_SECONDS,
                options.runs(),
                options.seconds(),
                ToolSender.described(scenario.sending()),
                Programs.SERVER_FLAGS,
                workbench.pinning().toString());
    }
}
