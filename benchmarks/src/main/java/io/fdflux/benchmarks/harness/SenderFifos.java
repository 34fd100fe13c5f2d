package io.fdflux.benchmarks.harness;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Two FIFOs in a folder of their own, through which the commands of runs reach a sender that stays. The sender has both
 * open as long as it lives. When it dies, a command that waits for its answer reads the end of the file: fifo(7).
 */
final class SenderFifos implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /**
     * Asks for a run, and prints the answer. An open for reading blocks until there is a writer, so the answers are
     * opened before the request, which a sender may not survive.
     */
    private static final String RUN = "exec 3< \"$1\"; echo \"$2\" > \"$0\"; IFS= read -r line <&3"
            + " || line='FAILED it ended before it answered'; printf '%s\\n' \"$line\"";

    private final Path folder;

    SenderFifos() throws IOException, InterruptedException {
        folder = Files.createTempDirectory("fdflux-benchmark");
        // For a harness that is interrupted. The last path is deleted first.
        for (File file : files()) {
            file.deleteOnExit();
        }
        try {
            Command.run(List.of("mkfifo", "-m", "600", requests(), answers()), PATIENCE);
        } catch (RuntimeException | InterruptedException e) {
            close();
            throw e;
        }
    }

    String requests() {
        return folder.resolve("requests").toString();
    }

    String answers() {
        return folder.resolve("answers").toString();
    }

    /** {@return a command that asks for a run, and ends when it has printed the answer} */
    List<String> run(int port, int seconds) {
        return List.of("sh", "-c", RUN, requests(), answers(), port + " " + seconds);
    }

    @Override
    public void close() {
        for (File file : files().reversed()) {
            file.delete();
        }
    }

    /** {@return the folder, then what is in it} */
    private List<File> files() {
        return List.of(folder.toFile(), new File(requests()), new File(answers()));
    }
}
