package io.fdflux.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * The file to which h2load writes a line per request, see {@code --log-file} of h2load(1). It is in memory, because
 * h2load makes one write(2) per line: on a disk that slows it down by a third. Without a file system in memory there is
 * no log.
 */
final class H2loadLog {

    private static final Path IN_MEMORY = Path.of("/dev/shm");
    private static final int SIGNIFICANT_DIGITS = 3;

    /** The columns: start in microseconds since the epoch, status or -1, microseconds until the end of the answer. */
    private static final int STATUS = 1;

    private static final int MICROS = 2;

    private final Path folder;
    private Path file;

    H2loadLog() {
        this(IN_MEMORY);
    }

    H2loadLog(Path folder) {
        this.folder = folder;
    }

    /** {@return a new file for the next run; empty where there is no place for it} */
    Optional<Path> next() throws IOException {
        delete();
        if (Files.isWritable(folder)) {
            file = Files.createTempFile(folder, "fdflux-benchmark", ".h2load");
            file.toFile().deleteOnExit(); // a run that fails leaves it
        }
        return Optional.ofNullable(file);
    }

    /** {@return the latencies of the last run in nanoseconds; empty if it had no log} */
    Optional<Histogram> take() throws IOException {
        if (file == null) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(file)) {
            return Optional.of(latencies(lines));
        } finally {
            delete();
        }
    }

    private void delete() throws IOException {
        if (file != null) {
            Files.delete(file);
            file = null;
        }
    }

    /** Without those of failed streams, which h2load counts as errors. */
    static Histogram latencies(Stream<String> lines) {
        Histogram histogram = new Histogram(SIGNIFICANT_DIGITS);
        lines.map(line -> line.split("\t", -1))
                .filter(columns -> !columns[STATUS].equals("-1"))
                .forEach(columns ->
                        histogram.recordValue(TimeUnit.MICROSECONDS.toNanos(Long.parseLong(columns[MICROS]))));
        return histogram;
    }
}
