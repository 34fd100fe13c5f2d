package io.fdflux.examples.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.netty.Fork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@link BuildOnChange} in a JVM of its own, with builds that last until the test lets them end. */
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class BuildOnChangeTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Writes the input into a log, then waits for a line of the gate, a FIFO. The working directory is an argument. */
    private static final String BUILD = """
        cd "$0"
        mkdir running || echo overlap >>log
        cat tree/input >>log
        [ -e open ] || read line <gate
        rmdir running
        """;

    @TempDir
    Path folder;

    private Path tree;
    private Path log;

    @BeforeEach
    void makeTree() throws Exception {
        tree = Files.createDirectory(folder.resolve("tree"));
        log = folder.resolve("log");
        assertThat(new ProcessBuilder("mkfifo", folder.resolve("gate").toString())
                        .start()
                        .waitFor())
                .isZero();
    }

    private Fork watch(String script) throws IOException {
        Fork watcher = new Fork(BuildOnChange.class, 1024, tree, "sh", "-c", script, folder);
        assertThat(watcher.line()).isEqualTo("watching " + tree);
        return watcher;
    }

    /** Changes the input by a rename, which is one event, and waits until it is reported. */
    private void change(Fork watcher, String content) throws IOException {
        Path prepared = Files.writeString(folder.resolve("prepared"), content + "\n");
        Files.move(prepared, tree.resolve("input"), StandardCopyOption.ATOMIC_MOVE);
        assertThat(watcher.line()).isEqualTo(tree.resolve("input") + " MOVED_TO");
    }

    private void awaitBuilds(String... inputs) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(log).hasContent(String.join("\n", inputs)));
    }

    /** Lets the build end, once it has opened the FIFO. */
    private void endBuild(Fork watcher) throws IOException {
        Files.writeString(folder.resolve("gate"), "end\n");
        assertThat(watcher.line()).isEqualTo("the build exited with 0");
    }

    private static void terminate(Fork watcher) {
        ProcessHandle.of(watcher.pid()).orElseThrow().destroy();
    }

    @Test
    void changesDuringABuildAreOneMoreBuildAfterIt() throws Exception {
        try (Fork watcher = watch(BUILD)) {
            change(watcher, "one");
            awaitBuilds("one");
            change(watcher, "two");
            change(watcher, "three");
            change(watcher, "four");
            Files.createFile(folder.resolve("open")); // further builds do not wait
            endBuild(watcher);
            assertThat(watcher.line()).isEqualTo("the build exited with 0");
            change(watcher, "five"); // fails if a third build ends before it
            assertThat(watcher.line()).isEqualTo("the build exited with 0");
            awaitBuilds("one", "four", "five");
            terminate(watcher);
            assertThat(watcher.line()).isNull();
            assertThat(watcher.exitCode()).isZero();
            awaitBuilds("one", "four", "five");
        }
    }

    @Test
    void aBurstIsOneChangeAndNewDirectoriesAreWatched() throws Exception {
        int files = 1000;
        Path prepared = Files.createDirectories(folder.resolve("prepared"));
        for (int file = 0; file < files; file++) {
            Files.createFile(prepared.resolve("file" + file));
        }
        try (Fork watcher = watch("echo build >>\"$0/log\"")) {
            Files.move(prepared, tree.resolve("directory"));
            awaitBuilds("build");
            Files.createFile(tree.resolve("directory/last"));
            String line = watcher.line();
            int lines = 1;
            while (!line.startsWith(tree.resolve("directory/last").toString())) {
                lines++;
                line = watcher.line();
            }
            assertThat(lines).isLessThan(files / 10); // of changes and builds
        }
    }

    @Test
    void aBuildThatFailsIsReportedAndNotTheEnd() throws Exception {
        try (Fork watcher = watch("exit 7")) {
            for (String content : new String[] {"one", "two"}) {
                change(watcher, content);
                assertThat(watcher.line()).isEqualTo("the build exited with 7");
            }
        }
    }

    @Test
    void termEndsABuildToo() throws Exception {
        try (Fork watcher = watch("echo $$ >\"$0/log\"; read line <\"$0/gate\"")) {
            change(watcher, "one");
            await().atMost(PATIENCE).until(() -> Files.exists(log) && Files.size(log) > 0);
            long build = Long.parseLong(Files.readString(log).strip());
            terminate(watcher);
            assertThat(watcher.exitCode()).isZero();
            await("its end; it may be a zombie, because init may be slow to reap it")
                    .atMost(PATIENCE)
                    .until(() -> ProcessHandle.of(build)
                            .flatMap(handle -> handle.info().command())
                            .isEmpty());
        }
    }

    @Test
    void aProgramThatCannotBeStartedEndsTheWatcher() throws Exception {
        try (Fork watcher = new Fork(BuildOnChange.class, 1024, tree, "no-such-program")) {
            assertThat(watcher.line()).isEqualTo("watching " + tree);
            change(watcher, "one");
            assertThat(watcher.line()).isNull();
            assertThat(watcher.exitCode()).isEqualTo(1);
        }
    }
}
