package io.fdflux.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotTest {

    @TempDir
    private Path folder;

    private Snapshot before;

    @BeforeEach
    void fill() throws IOException {
        Files.createDirectories(folder.resolve("d/e"));
        Files.writeString(folder.resolve("a"), "1");
        Files.writeString(folder.resolve("b"), "1");
        Files.writeString(folder.resolve("d/e/f"), "1");
        before = Snapshot.ofDirectory(folder, true);
    }

    private Stream<String> changes() throws IOException {
        return Snapshot.ofDirectory(folder, true).since(before, 7).stream()
                .map(c -> c.kind() + " " + folder.relativize(c.path()) + (c.directory() ? "/" : "")
                        + (c.move() == 0 ? "" : " " + c.move()));
    }

    @Test
    void nothingHasChanged() throws IOException {
        assertThat(changes()).isEmpty();
        assertThat(before.entries()).hasSize(5);
    }

    @Test
    void createdModifiedDeleted() throws IOException {
        Files.writeString(folder.resolve("a"), "longer");
        Files.setLastModifiedTime(folder.resolve("d/e/f"), FileTime.fromMillis(1));
        Files.delete(folder.resolve("b"));
        Files.createDirectory(folder.resolve("c"));
        assertThat(changes())
                .containsExactlyInAnyOrder("DELETED b", "CREATED c/", "MODIFIED a", "MODIFIED d/e/f")
                .startsWith("DELETED b");
    }

    @Test
    void attributes() throws IOException {
        Files.setPosixFilePermissions(folder.resolve("a"), PosixFilePermissions.fromString("r--------"));
        Files.setPosixFilePermissions(folder.resolve("d"), PosixFilePermissions.fromString("rwx------"));
        assertThat(changes()).containsExactlyInAnyOrder("ATTRIBUTES a", "ATTRIBUTES d/");
    }

    @Test
    @DisplayName("a renamed directory is moved with each of its entries, by numbers of their own")
    void moves() throws IOException {
        Files.move(folder.resolve("d"), folder.resolve("x"));
        List<String> changes = changes().toList();
        assertThat(changes)
                .hasSize(6)
                .contains("MOVED_FROM d/ 8", "MOVED_TO x/ 8")
                .anyMatch(text -> text.startsWith("MOVED_TO x/e/f "));
    }

    @Test
    @DisplayName("a file that replaces another one by a rename is moved there")
    void replaced() throws IOException {
        Files.delete(folder.resolve("b"));
        Files.move(folder.resolve("a"), folder.resolve("b"));
        assertThat(changes()).containsExactly("DELETED b", "MOVED_FROM a 8", "MOVED_TO b 8");
    }

    @Test
    void oneFile() throws IOException {
        Path file = folder.resolve("a");
        Snapshot there = Snapshot.ofFile(file);
        Files.delete(file);
        Snapshot gone = Snapshot.ofFile(file);
        assertThat(gone.since(there, 0)).containsExactly(Change.of(ChangeKind.DELETED, file, false));
        assertThat(there.since(gone, 0)).containsExactly(Change.of(ChangeKind.CREATED, file, false));
    }

    @Test
    void directoryThatIsGone() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        Snapshot there = Snapshot.ofDirectory(empty, false);
        Files.delete(empty);
        Snapshot gone = Snapshot.ofDirectory(empty, false);
        assertThat(gone.isGone()).isTrue();
        assertThat(gone.since(there, 0)).containsExactly(Change.of(ChangeKind.DELETED, empty, true));
    }
}
