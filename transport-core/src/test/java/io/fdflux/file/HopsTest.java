package io.fdflux.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HopsTest {

    @TempDir
    private Path folder;

    @Test
    void plainAndMissingFiles() throws IOException {
        Path file = folder.resolve("file");
        assertThat(Hops.of(file)).containsExactly(file);
        Files.createFile(file);
        assertThat(Hops.of(file)).containsExactly(file);
    }

    @Test
    void linksAreFollowedToAMissingFileToo() throws IOException {
        Path one = folder.resolve("one");
        Path two = folder.resolve("two");
        Path three = folder.resolve("three");
        Files.createSymbolicLink(one, Path.of("two"));
        Files.createSymbolicLink(two, three);
        assertThat(Hops.of(one)).containsExactly(one, two, three);
    }

    @Test
    void loopsAndTheRootAreRefused() throws IOException {
        Path loop = folder.resolve("loop");
        Files.createSymbolicLink(loop, Path.of("loop"));
        assertThatThrownBy(() -> Hops.of(loop)).isInstanceOf(FileSystemLoopException.class);
        assertThatThrownBy(() -> Hops.of(Path.of("/"))).isInstanceOf(IllegalArgumentException.class);
    }
}
