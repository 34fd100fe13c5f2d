package io.fdflux.benchmarks.harness;

import io.fdflux.benchmarks.result.Environment;
import io.netty.util.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import reactor.netty.http.server.HttpServer;

/** Describes this machine and the versions. What the system does not tell is "unknown". */
final class Machine {

    private static final String UNKNOWN = "unknown";

    private Machine() {}

    static Environment now() throws InterruptedException {
        return new Environment(
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                commit(),
                field(Path.of("/proc/cpuinfo"), "model name").orElse(System.getProperty("os.arch")),
                Runtime.getRuntime().availableProcessors(),
                field(Path.of("/proc/meminfo"), "MemTotal")
                        .map(Machine::gibibytes)
                        .orElse(UNKNOWN),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.vm.vendor") + " " + Runtime.version(),
                netty(),
                Optional.ofNullable(HttpServer.class.getPackage().getImplementationVersion())
                        .orElse(UNKNOWN),
                loadAverage());
    }

    private static String netty() {
        return Optional.ofNullable(Version.identify().get("netty-transport"))
                .map(Version::artifactVersion)
                .orElse(UNKNOWN);
    }

    private static String commit() throws InterruptedException {
        try {
            String commit = git("rev-parse", "--short=12", "HEAD").strip();
            // Results and reports of this very benchmark do not change what is measured.
            String changes = git("status", "--porcelain", "--", ".", ":!docs/benchmarks");
            return changes.isBlank() ? commit : commit + "-dirty";
        } catch (MeasurementException e) {
            return UNKNOWN; // not a clone, or no git
        }
    }

    private static String git(String... arguments) throws InterruptedException {
        List<String> command =
                Stream.concat(Stream.of("git"), Stream.of(arguments)).toList();
        return Command.run(command, Duration.ofSeconds(30));
    }

    private static Optional<String> field(Path file, String name) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(name))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty(); // not Linux
        }
    }

    private static String gibibytes(String kilobytes) {
        return Math.round(Long.parseLong(kilobytes.replaceAll("\\D", "")) / (1024.0 * 1024)) + " GiB";
    }

    /** See proc_loadavg(5). */
    private static double loadAverage() {
        try {
            return Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
        } catch (IOException e) {
            return Double.NaN;
        }
    }
}
