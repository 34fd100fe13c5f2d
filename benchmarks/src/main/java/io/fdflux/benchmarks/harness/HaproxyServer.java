package io.fdflux.benchmarks.harness;

import io.fdflux.benchmarks.plan.Scenario;
import io.fdflux.benchmarks.result.ServerUse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** HAProxy with one thread. It reports nothing by itself: the kernel knows what it has used. */
final class HaproxyServer extends ServerProcess {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long POLL_MILLIS = 10;

    private static final String NAME = "haproxy";

    /** Debian's place, which is not in the path of ordinary users. */
    private static final Path OF_DEBIAN = Path.of("/usr/sbin", NAME);

    /**
     * Becomes HAProxy, in the foreground. HAProxy does not read its input, so a child of the shell waits for the end of
     * the input and then ends HAProxy.
     */
    private static final String SCRIPT =
            "exec 3<&0; (read -r line <&3; kill $$) & exec \"$0\" -db -f \"$1\" 3<&- 0</dev/null";

    private final int port;
    private final Path proc;

    private HaproxyServer(Process process, Path log, int port) {
        super(process, log);
        this.port = port;
        this.proc = Path.of("/proc", String.valueOf(process.pid()));
    }

    /** {@return how to start HAProxy; empty if it is not installed} */
    static Optional<String> program() {
        if (Command.exists(NAME)) {
            return Optional.of(NAME);
        }
        return Optional.of(OF_DEBIAN).filter(Files::isExecutable).map(Path::toString);
    }

    /**
     * Starts HAProxy, and waits until it serves.
     *
     * @param program see {@link #program()}
     * @param log     takes what it prints
     */
    static HaproxyServer start(Optional<String> program, Scenario scenario, Pinning pinning, Path log)
            throws IOException, InterruptedException, UnavailableException {
        String haproxy = program.orElseThrow(
                () -> new UnavailableException("haproxy is not installed: scripts/setup-tests installs it on Debian"));
        if (!Files.isReadable(Path.of("/proc/self/schedstat"))) {
            throw new UnavailableException("HAProxy's CPU time is unknown without /proc/PID/schedstat");
        }
        int port = FreePort.find();
        Path config = Files.createTempFile("fdflux-benchmark", ".cfg");
        try {
            Files.writeString(config, HaproxyConfig.of(scenario, port, FreePort.findBeside(port)));
            Process process = new ProcessBuilder(
                            pinning.server(List.of("sh", "-c", SCRIPT, haproxy, config.toString())))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            HaproxyServer server = new HaproxyServer(process, log, port);
            try {
                server.awaitListening();
            } catch (RuntimeException | InterruptedException e) {
                server.close();
                throw e;
            }
            return server;
        } finally {
            Files.delete(config); // it is read before the ports are bound
        }
    }

    private void awaitListening() throws InterruptedException {
        long start = System.nanoTime();
        while (!isListening()) {
            if (!isAlive()) {
                throw new MeasurementException("HAProxy ended before it listened" + log());
            }
            if (System.nanoTime() - start > PATIENCE.toNanos()) {
                throw new MeasurementException("HAProxy did not listen after " + PATIENCE.toSeconds() + " s" + log());
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private boolean isListening() {
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException e) {
            return false; // refused
        }
    }

    @Override
    int port() {
        return port;
    }

    /** Its one thread is both the loop and the process. It has no heap whose allocations are counted. */
    @Override
    ServerUse reportedUse() throws IOException {
        try {
            long cpuNanos = cpuNanos(Files.readString(proc.resolve("schedstat")));
            long rssBytes = rssBytes(Files.readString(proc.resolve("status")));
            return new ServerUse(cpuNanos, cpuNanos, null, rssBytes, 0, Map.of());
        } catch (NoSuchFileException e) {
            throw new MeasurementException("HAProxy has ended" + log());
        }
    }

    /** The first number is the time on a processor: Documentation/scheduler/sched-stats.rst of Linux. */
    static long cpuNanos(String schedstat) {
        return Long.parseLong(schedstat.strip().split(" ")[0]);
    }

    /** VmRSS, see proc_pid_status(5). */
    static long rssBytes(String status) {
        try (Stream<String> lines = status.lines()) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElseThrow(() -> new MeasurementException("HAProxy has no VmRSS:\n" + status));
        }
    }
}
