package io.fdflux.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each run has a log of its own, which is gone when it has been read. */
class H2loadLogTest {

    @TempDir
    private Path folder;

    @Test
    void aLogIsReadOnce() throws IOException {
        H2loadLog log = new H2loadLog(folder);
        Path file = log.next().orElseThrow();
        Files.writeString(file, "1796007664956421\t200\t455\n");

        assertThat(log.take().orElseThrow().getTotalCount()).isEqualTo(1);
        assertThat(log.take()).isEmpty();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void theNextRunDeletesTheLogOfOneThatFailed() throws IOException {
        H2loadLog log = new H2loadLog(folder);
        Path failed = log.next().orElseThrow();

        assertThat(log.next().orElseThrow()).isNotEqualTo(failed).isEmptyFile();
        assertThat(failed).doesNotExist();
    }

    @Test
    void withoutAFolderThereIsNoLog() throws IOException {
        H2loadLog log = new H2loadLog(folder.resolve("none"));
        assertThat(log.next()).isEmpty();
        assertThat(log.take()).isEmpty();
    }
}
