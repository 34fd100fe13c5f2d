package io.fdflux.benchmarks.program;

import io.fdflux.benchmarks.program.scenario.Scenarios;
import io.fdflux.benchmarks.program.scenario.Served;
import io.fdflux.benchmarks.program.transport.Transport;
import io.fdflux.benchmarks.program.transport.TransportLoops;
import io.fdflux.benchmarks.program.transport.UnavailableException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Serves one scenario on one transport, in a JVM of its own. Prints {@code READY port}, then serves until standard
 * input ends. A line {@code stats} there prints {@code STATS json}. Prints {@code UNAVAILABLE reason} and exits with 3
 * if the transport or the scenario cannot run here.
 */
@Command(name = "server", mixinStandardHelpOptions = true)
public final class Server implements Callable<Integer> {

    @Option(names = "--scenario", required = true, description = "what to serve")
    private String scenario;

    @Option(
            names = "--transport",
            required = true,
            description = "fdflux, fdflux-busy, fdflux-kqueue, nio, epoll or io_uring")
    private String transport;

    @Option(names = "--port", description = "where to listen; 0, the default, for any port")
    private int port;

    @Option(
            names = "--loops",
            defaultValue = "1",
            description = "how many event loops; the default is ${DEFAULT-VALUE}")
    private int loops;

    private Server() {}

    /**
     * Runs the program.
     *
     * @param args see {@code --help}
     */
    public static void main(String... args) {
        System.exit(new CommandLine(new Server()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Protocol protocol = new Protocol(System.out);
        try (TransportLoops opened = Transport.named(transport).open(loops)) {
            ServerStats stats = new ServerStats(opened);
            try (Served served = Scenarios.named(scenario).serve(opened, port)) {
                protocol.ready(served.port());
                answer(protocol, stats, served);
            }
            return 0;
        } catch (UnavailableException e) {
            return protocol.unavailable(e);
        }
    }

    private static void answer(Protocol protocol, ServerStats stats, Served served) throws IOException {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            if (command.strip().equals("stats")) {
                protocol.stats(stats.of(served));
            }
        }
    }
}
