package io.fdflux.benchmarks.harness;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs a program to its end. */
final class Command {

    private Command() {}

    /**
     * Runs a command, and returns what it prints, errors included.
     *
     * @throws MeasurementException if it fails, or does not end in time
     */
    static String run(List<String> command, Duration patience) throws InterruptedException {
        Path output = null;
        try {
            // A file, because a pipe that nobody reads until the end may fill up.
            output = Files.createTempFile("fdflux-benchmark", ".out");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .start();
            try {
                if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new MeasurementException(command.getFirst() + " did not end in " + patience.toSeconds()
                            + " s: " + String.join(" ", command) + end(output));
                }
            } finally {
                process.destroyForcibly();
            }
            if (process.exitValue() != 0) {
                throw new MeasurementException(
                        "status " + process.exitValue() + " of " + String.join(" ", command) + end(output));
            }
            return Files.readString(output, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new MeasurementException("cannot run " + String.join(" ", command) + ": " + e.getMessage());
        } finally {
            if (output != null) {
                output.toFile().delete();
            }
        }
    }

    static boolean exists(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /** {@return the end of a log, as the end of a message} */
    static String end(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
        List<String> last = lines.subList(Math.max(0, lines.size() - 15), lines.size());
        return last.isEmpty() ? "" : "\n    " + String.join("\n    ", last);
    }
}
