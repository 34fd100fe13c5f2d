package io.fdflux.benchmarks.harness;

import io.fdflux.benchmarks.plan.Scenario;
import io.fdflux.benchmarks.plan.Sending;
import io.fdflux.benchmarks.result.Load;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Drives a server that listens: the command line for one run, and how to read what it prints. */
final class Sender {

    private final Scenario scenario;
    private final Programs programs;
    private final Pinning pinning;
    private final H2loadLog log = new H2loadLog();

    Sender(Scenario scenario, Programs programs, Pinning pinning) {
        this.scenario = scenario;
        this.programs = programs;
        this.pinning = pinning;
    }

    /** Throws if the program is not installed. */
    void require() throws UnavailableException {
        String program = switch (scenario.sending()) {
            case Sending.Wrk _ -> "wrk";
            case Sending.H2load _ -> "h2load";
            default -> null;
        };
        if (program != null && !Command.exists(program)) {
            throw new UnavailableException(program + " is not installed: scripts/setup-tests installs it");
        }
    }

    /** {@return the command line of a run that is read for its latencies} */
    List<String> command(int port, int seconds) throws IOException {
        return scenario.sending() instanceof Sending.H2load h2load
                ? pinning.sender(h2load(h2load, port, seconds, log.next()))
                : commandWithoutLog(port, seconds);
    }

    /** {@return the command line of a run in which something else is measured} */
    List<String> commandWithoutLog(int port, int seconds) {
        return pinning.sender(
                switch (scenario.sending()) {
                    case Sending.Wrk wrk -> wrk(wrk, port, seconds);
                    case Sending.H2load h2load -> h2load(h2load, port, seconds, Optional.empty());
                    case Sending.Own _ -> programs.sender(scenario.name(), port, seconds);
                    // What happens in the server's JVM needs nothing but time.
                    case Sending.Itself _, Sending.Start _ -> List.of("sleep", String.valueOf(seconds));
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

    Load read(String output) throws IOException, UnavailableException {
        return switch (scenario.sending()) {
            case Sending.Wrk _ -> WrkOutput.load(output);
            case Sending.H2load h2load -> H2loadOutput.load(output, h2load, log.take());
            default -> ProgramOutput.load(output);
        };
    }

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
