package io.fdflux.benchmarks.program;

import io.fdflux.benchmarks.program.load.LoadTarget;
import io.fdflux.benchmarks.program.load.Loads;
import io.fdflux.benchmarks.program.transport.UnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Loads a {@link Server} where wrk and h2load have no such load, in a JVM of its own. Prints {@code RESULT json} at the
 * end. Prints {@code UNAVAILABLE reason} and exits with 3 if this machine cannot send it.
 */
@Command(name = "sender", mixinStandardHelpOptions = true)
public final class Sender implements Callable<Integer> {

    @Option(names = "--scenario", required = true, description = "what to send")
    private String scenario;

    @Option(names = "--port", required = true, description = "of the server on this machine")
    private int port;

    @Option(names = "--seconds", defaultValue = "5", description = "how long; the default is ${DEFAULT-VALUE}")
    private double seconds;

    @Option(names = "--connections", description = "how many; the default is the scenario's number")
    private int connections;

    private Sender() {}

    /**
     * Runs the program.
     *
     * @param args see {@code --help}
     */
    public static void main(String... args) {
        System.exit(new CommandLine(new Sender()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Duration time = Duration.ofNanos((long) (seconds * 1e9));
        try {
            Protocol.result(Loads.of(scenario)
                    .send(new LoadTarget(port, time, connections))
                    .asMap());
            return 0;
        } catch (UnavailableException e) {
            return Protocol.unavailable(e);
        }
    }
}
