package io.fdflux.benchmarks.harness;

import io.fdflux.benchmarks.plan.Sending;
import io.fdflux.benchmarks.result.Load;
import io.fdflux.benchmarks.result.ServerUse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** wrk or h2load, in a new process per run. For a server that drives itself, a run is a sleep. */
final class ToolSender implements Sender {

    private final Sending sending;
    private final Pinning pinning;
    private final H2loadLog log = new H2loadLog();

    ToolSender(Sending sending, Pinning pinning) throws UnavailableException {
        this.sending = sending;
        this.pinning = pinning;
        String program = switch (sending) {
            case Sending.Wrk _ -> "wrk";
            case Sending.H2load _ -> "h2load";
            default -> null;
        };
        if (program != null && !Command.exists(program)) {
            throw new UnavailableException(program + " is not installed: scripts/setup-tests installs it");
        }
    }

    @Override
    public List<String> command(int port, int seconds) throws IOException {
        return sending instanceof Sending.H2load h2load
                ? pinning.sender(h2load(h2load, port, seconds, log.next()))
                : commandWithoutLog(port, seconds);
    }

    @Override
    public List<String> commandWithoutLog(int port, int seconds) {
        return pinning.sender(
                switch (sending) {
                    case Sending.Wrk wrk -> wrk(wrk, port, seconds);
                    case Sending.H2load h2load -> h2load(h2load, port, seconds, Optional.empty());
                    // What happens in the server's JVM needs nothing but time.
                    default -> List.of("sleep", String.valueOf(seconds));
                });
    }

    private static List<String> wrk(Sending.Wrk wrk, int port, int seconds) {
        List<String> command = new ArrayList<>(List.of("wrk", "-t1", "-c" + wrk.connections(), "-d" + seconds + "s"));
        // A machine that stalls for 2 s, wrk's own limit, makes a latency, not an error.
        command.addAll(List.of("--latency", "--timeout", "30s"));
        if (wrk.close()) {
            command.addAll(List.of("-H", "Connection: close"));
        }
        command.add((wrk.tls() ? "https" : "http") + "://127.0.0.1:" + port + "/");
        return command;
    }

    private static List<String> h2load(Sending.H2load h2load, int port, int seconds, Optional<Path> log) {
        List<String> command = new ArrayList<>(List.of("h2load", "-t1"));
        command.addAll(List.of("-c" + h2load.connections(), "-m" + h2load.streams(), "-D" + seconds));
        log.ifPresent(file -> command.add("--log-file=" + file));
        command.add("http://127.0.0.1:" + port + "/");
        return command;
    }

    @Override
    public Load load(String output, ServerUse use, double elapsed) throws IOException {
        return switch (sending) {
            case Sending.Wrk _ -> WrkOutput.load(output);
            case Sending.H2load h2load -> H2loadOutput.load(output, h2load, log.take());
            default -> new Load(use.operations(), elapsed, 0, Map.of());
        };
    }

    /** Its processes have ended with their runs. */
    @Override
    public void close() {}

    /** {@return the command line as the report shows it} */
    static String described(Sending sending) {
        return switch (sending) {
            case Sending.Wrk wrk ->
                String.join(" ", wrk(wrk, 0, 0)).replace("-d0s", "-d…").replace(":0/", ":…/");
            case Sending.H2load h2load ->
                String.join(" ", h2load(h2load, 0, 0, Optional.empty()))
                        .replace("-D0", "-D…")
                        .replace(":0/", ":…/");
            case Sending.Own _ -> "the sender of this module";
            case Sending.Itself _ -> "the server drives itself";
            case Sending.Start _ -> "one request per start";
        };
    }
}
