package io.fdflux.posix.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.posix.Errno;
import io.fdflux.posix.PosixException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DirectoryLockTest {

    private static final long LONG = TimeUnit.SECONDS.toNanos(50);

    @TempDir
    Path directory;

    @Test
    void oneHolderAtATime() throws Exception {
        try (DirectoryLock first = DirectoryLock.take(directory, 0)) {
            assertThat(first).isNotNull();
            assertThatThrownBy(() -> DirectoryLock.take(directory, 0))
                    .isInstanceOf(PosixException.class)
                    .hasMessageContaining("flock")
                    .hasMessageContaining(directory.toString())
                    .extracting(e -> ((PosixException) e).errno())
                    .isEqualTo(Errno.EAGAIN);
        }
        DirectoryLock.take(directory, 0).close();
        try (var files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void theNextOneWaitsForTheHolder() throws Exception {
        DirectoryLock first = DirectoryLock.take(directory, 0);
        Thread next = Thread.ofPlatform().start(() -> {
            try {
                DirectoryLock.take(directory, LONG).close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        while (next.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        first.close();
        next.join();
    }

    @Test
    void aMissingDirectoryIsNamed() {
        Path missing = directory.resolve("missing");
        assertThatThrownBy(() -> DirectoryLock.take(missing, LONG))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining(missing.toString());
    }
}
