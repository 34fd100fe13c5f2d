package io.fdflux.benchmarks.harness;

import io.fdflux.benchmarks.plan.Transport;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** What the command line says. */
final class Options {

    /** The folder of the results that belong to the project. */
    static final Path PUBLISHED = Path.of("docs", "benchmarks");

    @Option(
            names = "--scenario",
            paramLabel = "NAME",
            description = "Measure this scenario; may be repeated. Default: all.")
    List<String> scenarios = List.of();

    @Option(
            names = "--transport",
            paramLabel = "T",
            converter = TransportConverter.class,
            description =
                    "Measure this transport: fdflux, fdflux-busy, nio, epoll, io_uring, haproxy, fdflux-kqueue; may be"
                            + " repeated. Default: all.")
    List<Transport> transports = List.of();

    @Option(names = "--jvms", paramLabel = "N", description = "Server JVMs per transport. Default: 5; quick: 1.")
    Integer jvms;

    @Option(
            names = "--warmups",
            paramLabel = "N",
            description = "Short runs before the measured ones, at least. Default: 4; quick: 1.")
    Integer warmUps;

    @Option(names = "--runs", paramLabel = "N", description = "Measured runs per JVM. Default: 5; quick: 1.")
    Integer runs;

    @Option(names = "--seconds", paramLabel = "S", description = "Length of a measured run. Default: 1.")
    Integer seconds;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description = "Folder of the results. Default: docs/benchmarks; quick: benchmarks/target/quick.")
    Path output;

    @Option(
            names = "--quick",
            description =
                    "Check that the harness works and that calls per operation are within their bounds. Times are not"
                            + " judged.")
    boolean quick;

    @Option(names = "--report-only", description = "Make the report and the plots from results that exist.")
    boolean reportOnly;

    @Option(names = "--list", description = "List the scenarios.")
    boolean list;

    int jvms() {
        return Math.max(1, value(jvms, 5));
    }

    int warmUps() {
        return Math.max(1, value(warmUps, 4));
    }

    int runs() {
        return Math.max(1, value(runs, 5));
    }

    int seconds() {
        return Math.max(1, value(seconds, 1));
    }

    Path output() {
        if (output != null) {
            return output;
        }
        return quick ? Path.of("benchmarks", "target", "quick") : PUBLISHED;
    }

    private int value(Integer given, int usual) {
        if (given != null) {
            return given;
        }
        return quick ? 1 : usual;
    }
}
