package io.fdflux.benchmarks.program;

import io.fdflux.benchmarks.program.load.Load;
import io.fdflux.benchmarks.program.load.LoadTarget;
import io.fdflux.benchmarks.program.load.Loads;
import io.fdflux.benchmarks.program.transport.UnavailableException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Loads a {@link Server} where wrk and h2load have no such load, in a JVM of its own. Prints {@code READY 0}, then runs
 * the load for each line {@code port seconds} that it reads, and answers with one line: {@code RESULT json},
 * {@code UNAVAILABLE reason} if this machine cannot send it, or {@code FAILED reason}. It ends with its standard input.
 *
 * <p>Lines come from standard input and answers go to standard output, unless FIFOs are given. Clients open a FIFO per
 * run, so its end means nothing.
 */
@Command(name = "sender", mixinStandardHelpOptions = true)
public final class Sender implements Callable<Integer> {

    /** Where clients ask for runs. */
    private static final class Fifos {

        @Option(names = "--requests", required = true, description = "FIFO to read from")
        private Path requests;

        @Option(names = "--answers", required = true, description = "FIFO to write to")
        private Path answers;
    }

    @Option(names = "--scenario", required = true, description = "what to send")
    private String scenario;

    @Option(names = "--connections", description = "how many; the default is the scenario's number")
    private int connections;

    @ArgGroup(exclusive = false)
    private Fifos fifos;

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
        Load load = Loads.of(scenario);
        if (fifos == null) {
            serve(load, System.in, System.out);
            return 0;
        }
        // Open for reading and writing, an open does not block, and a client's close is not the end: fifo(7).
        try (RandomAccessFile requests = new RandomAccessFile(fifos.requests.toFile(), "rw");
                RandomAccessFile answers = new RandomAccessFile(fifos.answers.toFile(), "rw")) {
            exitWithInput();
            serve(
                    load,
                    Channels.newInputStream(requests.getChannel()),
                    new PrintStream(Channels.newOutputStream(answers.getChannel()), true, StandardCharsets.UTF_8));
        }
        return 0;
    }

    /** The input is a pipe from the harness. It ends when the harness ends, however that happens. */
    private static void exitWithInput() {
        Thread.ofPlatform().name("input").daemon().start(() -> {
            try {
                System.in.transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                System.exit(0);
            }
        });
    }

    private void serve(Load load, InputStream requests, PrintStream answers) throws IOException, InterruptedException {
        Protocol protocol = new Protocol(answers);
        BufferedReader lines = new BufferedReader(new InputStreamReader(requests, StandardCharsets.UTF_8));
        new Protocol(System.out).ready(0);
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            run(load, line, protocol);
        }
    }

    private void run(Load load, String request, Protocol protocol) throws InterruptedException {
        try {
            protocol.result(load.send(target(request)).asMap());
        } catch (UnavailableException e) {
            protocol.unavailable(e);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) { // Netty throws checked exceptions that no signature has
            e.printStackTrace();
            protocol.failed(e);
        }
    }

    private LoadTarget target(String request) {
        String[] words = request.strip().split(" +");
        if (words.length != 2) {
            throw new IllegalArgumentException("not a port and seconds: " + request);
        }
        Duration time = Duration.ofNanos((long) (Double.parseDouble(words[1]) * 1e9));
        return new LoadTarget(Integer.parseInt(words[0]), time, connections);
    }
}
