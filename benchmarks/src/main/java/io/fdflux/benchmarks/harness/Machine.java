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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import reactor.netty.http.server.HttpServer;

/** Describes this machine and the versions. What the system does not tell is "unknown". */
final class Machine {

    private static final String UNKNOWN = "unknown";
    private static final Pattern HAPROXY = Pattern.compile("version (\\S+)");
    private static final Duration LOOK = Duration.ofSeconds(1);

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
                haproxy(),
                busyProcessors());
    }

    private static String netty() {
        return Optional.ofNullable(Version.identify().get("netty-transport"))
                .map(Version::artifactVersion)
                .orElse(UNKNOWN);
    }

    /** {@return nothing if it is not installed} */
    private static String haproxy() throws InterruptedException {
        Optional<String> program = HaproxyServer.program();
        if (program.isEmpty()) {
            return null;
        }
        try {
            Matcher version = HAPROXY.matcher(Command.run(List.of(program.get(), "-v"), Duration.ofSeconds(30)));
            return version.find() ? version.group(1) : UNKNOWN;
        } catch (MeasurementException e) {
            return UNKNOWN;
        }
    }

    private static String commit() throws InterruptedException {
        try {
            String commit = git("rev-parse", "--short=12", "HEAD").strip();
            // Results, reports and the README's table of this very benchmark do not change what is measured.
            String changes = git("status", "--porcelain", "--", ".", ":!docs/benchmarks", ":!README.md");
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

    /** Processors that are busy although nothing of the benchmark runs. */
    private static double busyProcessors() throws InterruptedException {
        try {
            long[] before = ticks();
            Thread.sleep(LOOK);
            long[] after = ticks();
            double idle = (double) (after[0] - before[0]) / (after[1] - before[1]);
            return Runtime.getRuntime().availableProcessors() * (1 - idle);
        } catch (IOException e) {
            return Double.NaN; // not Linux
        }
    }

    /** Idle ticks, and all. The first line of proc_stat(5): user, nice, system, idle, iowait, irq, softirq, steal. */
    private static long[] ticks() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/stat"))) {
            long[] ticks = Stream.of(lines.findFirst().orElseThrow().split(" +"))
                    .skip(1)
                    .limit(8)
                    .mapToLong(Long::parseLong)
                    .toArray();
            return new long[] {ticks[3] + ticks[4], LongStream.of(ticks).sum()};
        }
    }
}
