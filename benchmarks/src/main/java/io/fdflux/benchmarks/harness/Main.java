package io.fdflux.benchmarks.harness;

import io.fdflux.benchmarks.plan.Scenario;
import io.fdflux.benchmarks.plan.Scenarios;
import io.fdflux.benchmarks.plan.Transport;
import io.fdflux.benchmarks.report.Report;
import io.fdflux.benchmarks.report.Summary;
import io.fdflux.benchmarks.result.Results;
import io.fdflux.benchmarks.result.ResultsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the scenarios on each transport, and writes results, report and plots. Runs in the root of the project. */
@Command(
        name = "scripts/benchmark",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Measures fdflux beside Netty's transports and HAProxy. Scenarios that are measured replace those of"
                    + " the results in the output folder; the others stay, so a long benchmark can be done in pieces.")
public final class Main implements Callable<Integer> {

    private static final Path README = Path.of("README.md");
    private static final Path TARGET = Path.of("benchmarks", "target");
    private static final Path LIBKQUEUE = Path.of("target", "libkqueue", "libkqueue-fdflux.so");
    private static final List<Transport> QUICK = List.of(Transport.FDFLUX, Transport.EPOLL, Transport.FDFLUX_KQUEUE);

    @Mixin
    private final Options options = new Options();

    @Spec
    private CommandLine.Model.CommandSpec spec;

    private Main() {}

    /**
     * Runs the program.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String... arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (options.list) {
            Scenarios.ALL.forEach(scenario -> System.out.printf("%-32s %s%n", scenario.name(), scenario.title()));
            return 0;
        }
        ResultsFile file = new ResultsFile(options.output().resolve("results.json"));
        if (options.reportOnly) {
            report(file.read());
            return 0;
        }
        List<Scenario> scenarios = scenarios().stream()
                .filter(scenario -> transports().stream().anyMatch(scenario::runsOn))
                .toList();
        Results results = measure(scenarios, options.quick ? Results.none() : file.read(), file);
        System.out.println("The report is " + options.output().resolve(Report.NAME));
        return options.quick ? judged(scenarios, results) : 0;
    }

    private Results measure(List<Scenario> scenarios, Results known, ResultsFile file)
            throws IOException, InterruptedException {
        List<Transport> transports = transports();
        int jvms = scenarios.stream()
                .mapToInt(scenario -> Benchmark.jvms(scenario, transports, options))
                .sum();
        Workbench workbench = new Workbench(new Programs(LIBKQUEUE), new Pinning(), CallCounter.best());
        Progress progress = new Progress(System.out, Clock.systemUTC(), jvms);
        Benchmark benchmark = new Benchmark(workbench, options, progress, TARGET.resolve("logs"));
        Results results = known;
        for (Scenario scenario : scenarios) {
            results = results.with(benchmark.measure(scenario, transports));
            file.write(results);
            report(results);
        }
        return results;
    }

    /** The README follows the published results, no others. */
    private void report(Results results) throws IOException {
        Report.write(results, options.output());
        if (options.output().equals(Options.PUBLISHED)) {
            Summary.write(results, README);
        }
    }

    private List<Scenario> scenarios() {
        if (!options.scenarios.isEmpty()) {
            try {
                return options.scenarios.stream().map(Scenarios::named).toList();
            } catch (NoSuchElementException e) {
                throw new ParameterException(spec.commandLine(), e.getMessage());
            }
        }
        return options.quick ? Scenarios.QUICK.stream().map(Scenarios::named).toList() : Scenarios.ALL;
    }

    private List<Transport> transports() {
        if (!options.transports.isEmpty()) {
            return options.transports;
        }
        return options.quick ? QUICK : List.of(Transport.values());
    }

    private static int judged(List<Scenario> scenarios, Results results) {
        List<String> complaints = QuickCheck.complaints(scenarios, results);
        complaints.forEach(complaint -> System.err.println("benchmark: " + complaint));
        if (complaints.isEmpty()) {
            System.out.println("benchmark: all scenarios work, and calls per operation are within their bounds");
        }
        return complaints.isEmpty() ? 0 : 1;
    }
}
