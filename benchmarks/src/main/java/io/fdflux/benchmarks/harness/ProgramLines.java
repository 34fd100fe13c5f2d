package io.fdflux.benchmarks.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The lines that a program of this module prints to its standard output. A thread reads them until the program ends.
 */
final class ProgramLines {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String END = "END";

    private final Process process;
    private final String name;
    private final Supplier<String> log;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    /**
     * Starts to read.
     *
     * @param name of the program in messages
     * @param log  its end, as the end of a message
     */
    ProgramLines(Process process, String name, Supplier<String> log) {
        this.process = process;
        this.name = name;
        this.log = log;
        Thread.ofVirtual().start(this::read);
    }

    private void read() {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            output.lines().forEach(lines::add);
        } catch (IOException | UncheckedIOException e) {
            lines.add("cannot read the output of the " + name + ": " + e.getMessage());
        }
        lines.add(END);
    }

    /** {@return the rest of the next line that begins with the word; lines before it are dropped} */
    String answer(String word) throws InterruptedException, UnavailableException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            String line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (line == null) {
                throw new MeasurementException(
                        "the " + name + " printed no " + word + " in " + PATIENCE.toSeconds() + " s" + log.get());
            }
            if (line.startsWith(word + " ")) {
                return line.substring(word.length() + 1).strip();
            }
            if (line.startsWith("UNAVAILABLE")) {
                throw new UnavailableException(
                        line.substring("UNAVAILABLE".length()).strip());
            }
            if (line.equals(END)) {
                throw new MeasurementException("the " + name + " ended before it printed " + word + log.get());
            }
        }
    }
}
