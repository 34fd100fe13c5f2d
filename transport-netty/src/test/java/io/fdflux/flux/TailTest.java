package io.fdflux.flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fdflux.FileFlux;
import io.fdflux.ReadOptions;
import io.fdflux.TailOptions;
import io.fdflux.netty.NothingLeaks;
import io.fdflux.netty.OpenFiles;
import io.fdflux.test.BuffersReleased;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** {@link FileFlux#tail} and {@link FileFlux#lines} on real files: no byte is lost or repeated. */
@ExtendWith(BuffersReleased.class)
@EnabledOnOs(OS.LINUX)
@DisabledIfSystemProperty(
        named = "fdflux.poller",
        matches = "kqueue",
        disabledReason = "libkqueue refuses inotify's descriptor; a kqueue is notified of files in another way")
@Timeout(60)
class TailTest {

    /** How the changes are learnt of. */
    enum Way {
        NOTIFIED,
        POLLED;

        TailOptions options() {
            return this == NOTIFIED
                    ? TailOptions.defaults()
                    : TailOptions.defaults().polled(Duration.ofMillis(5));
        }
    }

    @RegisterExtension
    final Streams streams = new Streams();

    @TempDir
    private Path folder;

    private Path log;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    @BeforeEach
    void nameTheLog() {
        log = folder.resolve("log");
        streams.settle();
    }

    /** Collects lines, once the file is followed. */
    private Disposable follow(TailOptions options) {
        return follow(FileFlux.lines(streams.loops, log, options));
    }

    private Disposable follow(Flux<String> following) {
        List<Boolean> subscribed = new CopyOnWriteArrayList<>();
        Disposable disposable = following
                .doOnSubscribe(subscription -> subscribed.add(true))
                .subscribe(lines::add, e -> lines.add(e.toString()));
        streams.open(disposable::dispose);
        await().until(() -> !subscribed.isEmpty());
        return disposable;
    }

    private void awaitLines(String... expected) {
        await().untilAsserted(() -> assertThat(lines).containsExactly(expected));
    }

    private void append(String text) throws IOException {
        Files.writeString(log, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @ParameterizedTest
    @EnumSource
    void linesFromTheEnd(Way way) throws Exception {
        append("before\n");
        follow(way.options());
        append("one\n");
        awaitLines("one");
        append("t");
        append("wo\nthree\r\nfour");
        awaitLines("one", "two", "three");
        append("\n\n");
        awaitLines("one", "two", "three", "four", "");
    }

    @Test
    void startPositions() throws Exception {
        append("0123\n5678\n");
        StepVerifier.create(FileFlux.lines(
                                streams.loops, log, TailOptions.defaults().fromStart())
                        .take(2))
                .expectNext("0123", "5678")
                .verifyComplete();
        StepVerifier.create(FileFlux.lines(
                                streams.loops, log, TailOptions.defaults().fromPosition(6))
                        .take(1))
                .expectNext("678")
                .verifyComplete();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("a file that appears later is read from its first byte")
    void fileThatDoesNotExist(Way way) throws Exception {
        follow(way.options());
        append("one\n");
        awaitLines("one");
    }

    // ---- rotation

    @ParameterizedTest
    @EnumSource
    @DisplayName("rotation by a rename: the rest of the old file comes before the new one")
    void rotation(Way way) throws Exception {
        append("");
        follow(way.options());
        append("one\n");
        awaitLines("one");
        try (OutputStream old = Files.newOutputStream(log, StandardOpenOption.APPEND)) {
            Files.move(log, folder.resolve("log.1"));
            old.write("two\n".getBytes(StandardCharsets.UTF_8));
            awaitLines("one", "two");
            Files.createFile(log); // as logrotate does, before the writer opens it
            old.write("three\n".getBytes(StandardCharsets.UTF_8));
            awaitLines("one", "two", "three");
            old.write("fo".getBytes(StandardCharsets.UTF_8));
            old.write("ur".getBytes(StandardCharsets.UTF_8));
        }
        append("five\n");
        awaitLines("one", "two", "three", "four", "five");
        await().untilAsserted(() -> assertThat(OpenFiles.below(folder)).isEqualTo(1));
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("a slow subscriber gets every byte of files that were rotated meanwhile")
    void rotationWithoutDemand(Way way) throws Exception {
        append("");
        StepVerifier.create(FileFlux.lines(streams.loops, log, way.options()), 0)
                .then(() -> {
                    for (int i = 0; i < 5; i++) {
                        rotate(i);
                    }
                })
                .thenRequest(3)
                .expectNext("0a", "0b", "1a")
                .then(streams::settle)
                .thenRequest(7)
                .expectNext("1b", "2a", "2b", "3a", "3b", "4a", "4b")
                .thenCancel()
                .verify();
    }

    private void rotate(int number) {
        try {
            append(number + "a\n" + number + "b\n");
            long open = OpenFiles.below(folder);
            Files.move(log, folder.resolve("log." + number));
            Files.createFile(log);
            await().until(() -> OpenFiles.below(folder) == open + 1); // noticed, without a request
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("a subscriber that is many rotations behind fails, instead of keeping files for ever")
    void tooManyRotations() throws Exception {
        append("never read\n");
        StepVerifier.create(
                        FileFlux.lines(
                                streams.loops, log, TailOptions.defaults().fromStart()),
                        0)
                .then(() -> {
                    for (int i = 0; i < 15; i++) {
                        rotate(i);
                    }
                })
                .then(() -> {
                    try {
                        Files.move(log, folder.resolve("log.last"));
                        Files.createFile(log);
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                })
                .verifyErrorSatisfies(e -> assertThat(e).hasMessageContaining("16 rotations behind"));
        await().until(() -> OpenFiles.below(folder) == 0);
    }

    @Test
    @DisplayName("files that have the name for an instant are read too, in order, wherever in the directory they are")
    void filesOfAnInstant() throws Exception {
        append("");
        follow(TailOptions.defaults());
        List<String> written = new ArrayList<>();
        for (int burst = 0; burst < 50; burst++) {
            for (int file = 0; file < 8; file++) {
                String text = burst + ":" + file;
                append(text + "\n");
                written.add(text);
                moveChain(file % 3);
            }
            await().pollInterval(Duration.ofMillis(1)).until(() -> lines.size() >= written.size());
            assertThat(lines).containsExactlyElementsOf(written);
        }
        await().untilAsserted(() -> assertThat(OpenFiles.below(folder)).isLessThanOrEqualTo(1));
    }

    /** As logrotate: log.1 becomes log.2 before log becomes log.1. */
    private void moveChain(int kept) throws IOException {
        for (int i = kept + 1; i > 0; i--) {
            Path younger = folder.resolve("log." + i);
            if (Files.exists(younger)) {
                Files.move(younger, folder.resolve("old." + System.nanoTime()));
            }
        }
        Files.move(log, folder.resolve("log." + (kept + 1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"removed", "moved elsewhere", "replaced"})
    @DisplayName("a file that is gone before it could be opened is an error, if it had bytes")
    void lostFile(String how) throws Exception {
        append("one\n");
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Path next = Files.writeString(folder.resolve("next"), "three\n");
        follow(TailOptions.defaults().fromStart());
        awaitLines("one");
        streams.whileTheLoopIsHeld(() -> {
            Files.move(log, folder.resolve("log.1"));
            Files.createFile(log);
            Files.move(log, folder.resolve("log.2")); // empty
            delete(folder.resolve("log.2"));
            append("two\n");
            switch (how) {
                case "removed" -> delete(log);
                case "moved elsewhere" -> Files.move(log, elsewhere.resolve("log"));
                default -> Files.move(next, log, StandardCopyOption.REPLACE_EXISTING);
            }
        });
        await().untilAsserted(() -> assertThat(lines.getLast()).contains("before it could be opened"));
        await().until(() -> OpenFiles.below(folder) == 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("reports that the kernel has dropped are an error if the name is another file's by then")
    void droppedReports(boolean rotated) throws Exception {
        append("one\n");
        Path[] neighbours = {Files.createFile(folder.resolve("a")), Files.createFile(folder.resolve("b"))};
        follow(TailOptions.defaults().fromStart());
        awaitLines("one");
        streams.whileTheLoopIsHeld(() -> {
            InotifyQueue.overflow(neighbours[0], neighbours[1]);
            if (rotated) {
                Files.move(log, folder.resolve("log.1"));
            }
            append("two\n");
        });
        if (rotated) {
            await().untilAsserted(() -> assertThat(lines.getLast()).contains("fs.inotify.max_queued_events"));
        } else {
            awaitLines("one", "two");
        }
    }

    @Test
    @DisplayName("an empty file that is gone before it could be opened is none")
    void emptyFilesOfAnInstant() throws Exception {
        append("one\n");
        follow(TailOptions.defaults().fromStart());
        awaitLines("one");
        streams.whileTheLoopIsHeld(() -> {
            for (int i = 0; i < 20; i++) {
                delete(log);
                Files.createFile(log);
            }
            append("two\n");
        });
        awaitLines("one", "two");
    }

    @Test
    @DisplayName("a file that gets its name back is read once")
    void nameOfBefore() throws Exception {
        append("one\n");
        follow(TailOptions.defaults().fromStart());
        awaitLines("one");
        streams.whileTheLoopIsHeld(() -> {
            Files.move(log, folder.resolve("log.1"));
            Files.move(folder.resolve("log.1"), log);
            append("two\n");
        });
        awaitLines("one", "two");
        Files.move(log, folder.resolve("log.1"));
        Files.move(folder.resolve("log.1"), log);
        append("three\n");
        awaitLines("one", "two", "three");
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("a file that is removed and made again is followed")
    void removedAndMadeAgain(Way way) throws Exception {
        append("one\n");
        follow(way.options().fromStart());
        awaitLines("one");
        Files.delete(log);
        append("two\n");
        awaitLines("one", "two");
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("truncation, as logrotate's copytruncate: reading begins again at the first byte")
    void truncation(Way way) throws Exception {
        append("one\ntwo\nhal");
        follow(way.options().fromStart());
        awaitLines("one", "two");
        Files.writeString(log, "", StandardOpenOption.TRUNCATE_EXISTING);
        awaitLines("one", "two", "hal");
        append("three\n");
        awaitLines("one", "two", "hal", "three");
    }

    @Test
    @DisplayName("lines of a busy writer, across twenty rotations, are all there, in order and once")
    void busyWriter() throws Exception {
        append("");
        follow(TailOptions.defaults());
        List<String> written = new ArrayList<>();
        for (int file = 0; file < 20; file++) {
            try (OutputStream out = Files.newOutputStream(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                for (int line = 0; line < 500; line++) {
                    String text = file + ":" + line;
                    out.write((text + "\n").getBytes(StandardCharsets.UTF_8));
                    written.add(text);
                }
            }
            int leastRead = (file - 10) * 500; // it fails when it is 16 files behind
            await().until(() -> lines.size() >= leastRead);
            Files.move(log, folder.resolve("log." + file));
        }
        await().until(() -> lines.size() == written.size());
        assertThat(lines).containsExactlyElementsOf(written);
    }

    // ---- bytes and demand

    @Test
    @DisplayName("invariant 1: without a request nothing is read; each buffer is one read")
    void bytesOnDemand() throws Exception {
        append("0123456789");
        TailOptions options = TailOptions.defaults()
                .fromStart()
                .reading(ReadOptions.defaults().chunkSize(4));
        StepVerifier.create(FileFlux.tail(streams.loops, log, options).map(Streams::text), 0)
                .thenRequest(1)
                .expectNext("0123")
                .thenRequest(2)
                .expectNext("4567", "89")
                .thenRequest(1)
                .then(() -> {
                    try {
                        append("ab");
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                })
                .expectNext("ab")
                .thenCancel()
                .verify();
    }

    // ---- bad input and ends

    @Test
    @DisplayName("the removal of the directory ends it, although the open file keeps the kernel from reporting that")
    void directoryIsRemoved() throws Exception {
        Path directory = Files.createDirectory(folder.resolve("directory"));
        Path file = Files.writeString(directory.resolve("file"), "a\n");
        StepVerifier.create(FileFlux.lines(
                        streams.loops, file, TailOptions.defaults().fromStart()))
                .expectNext("a")
                .then(() -> {
                    delete(file);
                    delete(directory);
                })
                .verifyErrorSatisfies(e -> assertThat(e)
                        .isInstanceOf(NoSuchFileException.class)
                        .hasMessageContaining("was removed or renamed"));
    }

    @Test
    @DisplayName("a position behind the end counts as a truncation, the largest one too")
    void positionBehindTheEnd() throws Exception {
        Files.writeString(log, "a\n");
        follow(TailOptions.defaults().fromPosition(Long.MAX_VALUE));
        await().untilAsserted(() -> assertThat(lines).containsExactly("a"));
    }

    private static void delete(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void longLine() throws Exception {
        append("12345\n123456");
        StepVerifier.create(FileFlux.lines(
                        streams.loops, log, TailOptions.defaults().fromStart().longestLine(5)))
                .expectNext("12345")
                .verifyErrorSatisfies(e -> assertThat(e).hasMessageContaining("more than 5 bytes"));
    }

    @Test
    void badOptions() {
        TailOptions options = TailOptions.defaults();
        assertThatThrownBy(() -> options.charset(StandardCharsets.UTF_16)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> options.longestLine(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> options.fromPosition(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> options.polled(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void missingDirectory() {
        StepVerifier.create(FileFlux.tail(streams.loops, folder.resolve("none/log")))
                .verifyError(NoSuchFileException.class);
    }

    @Test
    void aDirectoryIsNoLog() {
        StepVerifier.create(FileFlux.tail(streams.loops, folder))
                .verifyErrorSatisfies(e -> assertThat(e).hasMessageContaining("EISDIR"));
    }

    @ParameterizedTest
    @EnumSource
    void cancelReleasesEverything(Way way) throws Exception {
        int before = NothingLeaks.descriptors();
        append("one\n");
        Disposable following = follow(way.options().fromStart());
        awaitLines("one");
        following.dispose();
        await().until(() -> OpenFiles.below(folder) == 0 && NothingLeaks.descriptors() == before);
    }

    @ParameterizedTest
    @EnumSource
    void closedLoopsEndIt(Way way) {
        StepVerifier.create(FileFlux.lines(streams.loops, log, way.options()))
                .then(() -> streams.loops.close())
                .verifyError(IllegalStateException.class);
    }
}
