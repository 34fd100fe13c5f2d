package io.fdflux.benchmarks.harness;

import io.fdflux.benchmarks.result.ServerUse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A server in a JVM of its own. It prints {@code READY port} when it serves, answers the line {@code stats} with
 * {@code STATS json}, and ends with its standard input.
 */
final class JvmServer extends ServerProcess {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String END = "END";

    private final Process process;
    private final Writer commands;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final int port;

    /**
     * Starts the server, and waits until it serves.
     *
     * @param log takes what it prints to standard error
     * @throws UnavailableException if it cannot serve this on this machine
     */
    JvmServer(List<String> command, Path log) throws IOException, InterruptedException, UnavailableException {
        this(new ProcessBuilder(command).redirectError(log.toFile()).start(), log);
    }

    private JvmServer(Process process, Path log) throws InterruptedException, UnavailableException {
        super(process, log);
        this.process = process;
        this.commands = process.outputWriter(StandardCharsets.UTF_8);
        Thread.ofVirtual().start(this::read);
        try {
            this.port = Integer.parseInt(answer("READY"));
        } catch (RuntimeException | InterruptedException | UnavailableException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    @Override
    int port() {
        return port;
    }

    @Override
    ServerUse use() throws IOException, InterruptedException, UnavailableException {
        commands.write("stats\n");
        commands.flush();
        return ProgramOutput.serverUse(answer("STATS"));
    }

    private void read() {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            output.lines().forEach(lines::add);
        } catch (IOException | java.io.UncheckedIOException e) {
            lines.add("cannot read the server's output: " + e.getMessage());
        }
        lines.add(END);
    }

    private String answer(String word) throws InterruptedException, UnavailableException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            String line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (line == null) {
                throw new MeasurementException(
                        "the server printed no " + word + " in " + PATIENCE.toSeconds() + " s" + log());
            }
            if (line.startsWith(word + " ")) {
                return line.substring(word.length() + 1).strip();
            }
            if (line.startsWith("UNAVAILABLE")) {
                throw new UnavailableException(
                        line.substring("UNAVAILABLE".length()).strip());
            }
            if (line.equals(END)) {
                throw new MeasurementException("the server ended before it printed " + word + log());
            }
        }
    }
}
