package io.fdflux.flux;

import static io.fdflux.FileEvent.Kind.ATTRIBUTES;
import static io.fdflux.FileEvent.Kind.CREATED;
import static io.fdflux.FileEvent.Kind.DELETED;
import static io.fdflux.FileEvent.Kind.MODIFIED;
import static io.fdflux.FileEvent.Kind.MOVED_FROM;
import static io.fdflux.FileEvent.Kind.MOVED_TO;
import static io.fdflux.FileEvent.Kind.OVERFLOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fdflux.FileEvent;
import io.fdflux.FileFlux;
import io.fdflux.WatchOptions;
import io.fdflux.netty.NothingLeaks;
import io.fdflux.posix.ffi.PathBytes;
import io.fdflux.test.BuffersReleased;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
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
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** {@link FileFlux#changes}: from the kernel, and by comparing. */
@ExtendWith(BuffersReleased.class)
@EnabledOnOs(OS.LINUX)
@DisabledIfSystemProperty(
        named = "fdflux.poller",
        matches = "kqueue",
        disabledReason = "libkqueue refuses inotify's descriptor; a kqueue is notified of files in another way")
@Timeout(60)
class FileChangesTest {

    private static final Duration INTERVAL = Duration.ofMillis(5);

    /** How the changes are learnt of. */
    enum Way {
        NOTIFIED,
        COMPARED;

        WatchOptions options() {
            return this == NOTIFIED
                    ? WatchOptions.defaults()
                    : WatchOptions.defaults().polled(INTERVAL);
        }
    }

    @RegisterExtension
    final Streams streams = new Streams();

    @TempDir
    private Path folder;

    private final List<FileEvent> events = new CopyOnWriteArrayList<>();

    @BeforeEach
    void startTheLoop() {
        streams.settle();
    }

    /** Collects the events of a path, once it is watched. */
    private Disposable watch(Path path, WatchOptions options) {
        List<Boolean> subscribed = new CopyOnWriteArrayList<>();
        Disposable watching = FileFlux.changes(streams.loops, path, options)
                .doOnSubscribe(subscription -> subscribed.add(true))
                .subscribe(events::add);
        streams.open(watching::dispose);
        await().until(() -> !subscribed.isEmpty());
        return watching;
    }

    private void awaitEvent(FileEvent.Kind kind, Path path) {
        await(kind + " of " + path + " among " + events)
                .until(() -> events.stream()
                        .anyMatch(e -> e.kind() == kind && e.path().equals(path)));
    }

    private List<String> kinds() {
        return events.stream().map(e -> e.kind() + " " + e.path().getFileName()).toList();
    }

    // ---- a directory

    @ParameterizedTest
    @EnumSource
    void entriesOfADirectory(Way way) throws Exception {
        Path old = Files.writeString(folder.resolve("old"), "a");
        watch(folder, way.options());
        Path made = Files.writeString(folder.resolve("new"), "");
        awaitEvent(CREATED, made);
        Files.writeString(made, "content");
        awaitEvent(MODIFIED, made);
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-------"));
        awaitEvent(ATTRIBUTES, made);
        Path directory = Files.createDirectory(folder.resolve("directory"));
        awaitEvent(CREATED, directory);
        Files.delete(old);
        awaitEvent(DELETED, old);
        assertThat(events)
                .allSatisfy(e -> assertThat(e.directory()).isEqualTo(e.path().equals(directory)))
                .allSatisfy(e -> assertThat(e.move()).isZero());
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("a rename has two events with one number; without the other half it leaves or enters the directory")
    void moves(Way way) throws Exception {
        Path watched = Files.createDirectory(folder.resolve("watched"));
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Path a = Files.createFile(watched.resolve("a"));
        Path c = Files.createFile(outside.resolve("c"));
        watch(watched, way.options());
        Path b = Files.move(a, watched.resolve("b"));
        awaitEvent(MOVED_TO, b);
        assertThat(kinds()).startsWith("MOVED_FROM a", "MOVED_TO b");
        assertThat(events.get(0).move()).isPositive().isEqualTo(events.get(1).move());
        events.clear();
        Files.move(b, outside.resolve("b"));
        awaitEvent(way == Way.NOTIFIED ? MOVED_FROM : DELETED, b);
        Files.move(c, watched.resolve("c"));
        awaitEvent(way == Way.NOTIFIED ? MOVED_TO : CREATED, watched.resolve("c"));
    }

    @Test
    @DisplayName("a directory is not watched below its entries, unless that is asked for")
    void notRecursive() throws Exception {
        Path sub = Files.createDirectory(folder.resolve("sub"));
        watch(folder, WatchOptions.defaults());
        Path below = Files.createFile(sub.resolve("below"));
        Path last = Files.createFile(folder.resolve("last"));
        awaitEvent(CREATED, last);
        assertThat(events).extracting(FileEvent::path).doesNotContain(below);
    }

    @ParameterizedTest
    @EnumSource
    void removedDirectoryCompletes(Way way) throws Exception {
        Path watched = Files.createDirectory(folder.resolve("watched"));
        StepVerifier.create(FileFlux.changes(streams.loops, watched, way.options()))
                .then(() -> delete(watched))
                .expectNext(new FileEvent(DELETED, watched, true, 0))
                .verifyComplete();
    }

    @Test
    void renamedDirectoryCompletes() throws Exception {
        Path watched = Files.createDirectory(folder.resolve("watched"));
        StepVerifier.create(FileFlux.changes(streams.loops, watched))
                .then(() -> move(watched, folder.resolve("renamed")))
                .expectNext(new FileEvent(MOVED_FROM, watched, true, 0))
                .verifyComplete();
    }

    // ---- a tree

    @ParameterizedTest
    @EnumSource
    void tree(Way way) throws Exception {
        Path deep = Files.createDirectories(folder.resolve("a/b/c"));
        watch(folder, way.options().recursive(true));
        Path file = Files.createFile(deep.resolve("file"));
        awaitEvent(CREATED, file);
        Path later = Files.createDirectories(folder.resolve("x/y/z"));
        awaitEvent(CREATED, later);
        Path inLater = Files.createFile(later.resolve("file"));
        awaitEvent(CREATED, inLater);
        Path renamed = Files.move(folder.resolve("a"), folder.resolve("r"));
        awaitEvent(MOVED_TO, renamed);
        Path inRenamed = Files.createFile(renamed.resolve("b/c/again"));
        awaitEvent(CREATED, inRenamed);
    }

    @Test
    @DisplayName("each entry of directories that appear at once is reported, once")
    void nothingIsMissedInATree() throws Exception {
        watch(folder, WatchOptions.defaults().recursive(true));
        List<Path> made = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Path directory = folder.resolve("d" + i);
            Path below = directory.resolve("e");
            Files.createDirectories(below);
            made.add(directory);
            made.add(below);
            made.add(Files.createFile(below.resolve("f")));
        }
        made.forEach(path -> awaitEvent(CREATED, path));
        Path last = Files.createFile(folder.resolve("last"));
        awaitEvent(CREATED, last);
        made.add(last);
        assertThat(events.stream().filter(e -> e.kind() == CREATED).map(FileEvent::path))
                .containsExactlyInAnyOrderElementsOf(made);
    }

    @Test
    @DisplayName("a directory that is moved out of the tree is watched no more, one that is moved in is")
    void outOfTheTreeAndBack() throws Exception {
        Path tree = Files.createDirectory(folder.resolve("tree"));
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Path sub = Files.createDirectories(tree.resolve("sub/deep"));
        Files.createFile(sub.resolve("old"));
        watch(tree, WatchOptions.defaults().recursive(true));
        Path away = Files.move(tree.resolve("sub"), outside.resolve("sub"));
        awaitEvent(MOVED_FROM, tree.resolve("sub"));
        Path marker = Files.createFile(tree.resolve("marker"));
        awaitEvent(CREATED, marker);
        Files.createFile(away.resolve("deep/unseen"));
        Path second = Files.createFile(tree.resolve("second"));
        awaitEvent(CREATED, second);
        assertThat(kinds()).doesNotContain("CREATED unseen");
        Path back = Files.move(away, tree.resolve("back"));
        awaitEvent(CREATED, back.resolve("deep/old"));
        Path seen = Files.createFile(back.resolve("deep/seen"));
        awaitEvent(CREATED, seen);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName(
            "names are bytes: one that is not of the JDK's encoding is reported, watched and followed as others are")
    void namesAreBytes(Way way) throws Exception {
        watch(folder, way.options().recursive(true));
        Path directory = Files.createDirectory(folder.resolve(PathBytes.name(new byte[] {'d', (byte) 0xff})));
        awaitEvent(CREATED, directory);
        Path below = Files.createFile(directory.resolve(PathBytes.name(new byte[] {(byte) 0xfe, '\n'})));
        awaitEvent(CREATED, below);
        events.clear();
        watch(below, way.options());
        Files.writeString(below, "content");
        awaitEvent(MODIFIED, below);
    }

    // ---- a file

    @ParameterizedTest
    @EnumSource
    @DisplayName("a file is followed by its name: written, removed, made again, replaced by a rename")
    void fileByItsName(Way way) throws Exception {
        Path file = folder.resolve("file");
        watch(file, way.options());
        Files.createFile(folder.resolve("neighbour"));
        Files.writeString(file, "one");
        awaitEvent(CREATED, file);
        events.clear();
        Files.writeString(file, "two", StandardOpenOption.APPEND);
        awaitEvent(MODIFIED, file);
        events.clear();
        Files.delete(file);
        awaitEvent(DELETED, file);
        Files.writeString(file, "three");
        awaitEvent(CREATED, file);
        events.clear();
        Path saved = Files.writeString(folder.resolve("file~"), "four");
        Files.move(saved, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        awaitEvent(way == Way.NOTIFIED ? MOVED_TO : CREATED, file);
        events.clear();
        Files.writeString(file, "five", StandardOpenOption.APPEND);
        awaitEvent(MODIFIED, file);
        assertThat(events).extracting(FileEvent::path).containsOnly(file);
    }

    @Test
    @DisplayName("a symbolic link is followed, also when it points to another file")
    void symbolicLink() throws Exception {
        Path targets = Files.createDirectory(folder.resolve("targets"));
        Path one = Files.writeString(targets.resolve("one"), "1");
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("targets/one"));
        watch(link, WatchOptions.defaults());
        Files.writeString(one, "2", StandardOpenOption.APPEND);
        awaitEvent(MODIFIED, link);
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Path two = Files.writeString(elsewhere.resolve("two"), "1");
        events.clear();
        Files.delete(link);
        Files.createSymbolicLink(link, two);
        awaitEvent(CREATED, link);
        events.clear();
        Files.writeString(two, "2", StandardOpenOption.APPEND);
        awaitEvent(MODIFIED, link);
    }

    @Test
    void directoryOfTheFileIsRemoved() throws Exception {
        Path directory = Files.createDirectory(folder.resolve("directory"));
        StepVerifier.create(FileFlux.changes(streams.loops, directory.resolve("file")))
                .then(() -> delete(directory))
                .verifyErrorSatisfies(e -> assertThat(e)
                        .isInstanceOf(NoSuchFileException.class)
                        .hasMessageContaining("was removed or renamed"));
    }

    // ---- demand and overflow

    @Test
    @DisplayName("invariant 1: without a request the queue is not read, and each request is one event")
    void demand() throws Exception {
        StepVerifier.create(
                        FileFlux.changes(streams.loops, folder)
                                .map(e -> e.path().getFileName() + ""),
                        0)
                .then(() -> {
                    for (int i = 0; i < 3; i++) {
                        create("f" + i);
                    }
                })
                .then(streams::settle)
                .thenRequest(1)
                .expectNext("f0")
                .then(() -> create("late"))
                .then(streams::settle)
                .thenRequest(2)
                .expectNext("f1", "f2")
                .thenRequest(1)
                .expectNext("late")
                .thenCancel()
                .verify();
    }

    @Test
    @DisplayName("the kernel's queue is bounded: what it loses is an event, after which changes are reported again")
    void overflow() throws Exception {
        Path[] files = {Files.createFile(folder.resolve("a")), Files.createFile(folder.resolve("b"))};
        Path last = folder.resolve("last");
        StepVerifier.create(
                        FileFlux.changes(streams.loops, folder)
                                .filter(e -> e.kind() == OVERFLOW || e.path().equals(last)),
                        0)
                .then(() -> overflow(files[0], files[1]))
                .thenRequest(1)
                .expectNext(new FileEvent(OVERFLOW, folder, true, 0))
                .then(() -> create("last"))
                .thenRequest(1)
                .expectNext(new FileEvent(CREATED, last, false, 0))
                .thenCancel()
                .verify();
    }

    private static void overflow(Path one, Path other) {
        try {
            InotifyQueue.overflow(one, other);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    // ---- bad input and ends

    @Test
    void missingDirectory() {
        StepVerifier.create(FileFlux.changes(streams.loops, folder.resolve("none/file"), WatchOptions.defaults()))
                .verifyErrorSatisfies(e ->
                        assertThat(e).isInstanceOf(NoSuchFileException.class).hasMessageContaining("none"));
    }

    @Test
    void wrongOptions() {
        assertThatThrownBy(() -> WatchOptions.defaults().polled(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> WatchOptions.defaults().polled(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @EnumSource
    void cancelReleasesEverything(Way way) throws Exception {
        int before = NothingLeaks.descriptors();
        Disposable watching = watch(folder, way.options().recursive(true));
        create("a");
        awaitEvent(CREATED, folder.resolve("a"));
        watching.dispose();
        await().until(() -> NothingLeaks.descriptors() == before);
    }

    @ParameterizedTest
    @EnumSource
    void closedLoopsEndIt(Way way) {
        StepVerifier.create(FileFlux.changes(streams.loops, folder, way.options()))
                .then(() -> streams.loops.close())
                .verifyErrorSatisfies(e -> assertThat(e).isInstanceOf(IllegalStateException.class));
        StepVerifier.create(FileFlux.changes(streams.loops, folder, way.options()))
                .verifyErrorSatisfies(e -> assertThat(e).hasMessageContaining("closed"));
    }

    @Test
    @DisplayName("two subscribers are independent")
    void twoSubscribers() {
        Flux<String> names = FileFlux.changes(streams.loops, folder)
                .map(e -> e.path().getFileName().toString())
                .take(2);
        List<Boolean> subscribed = new CopyOnWriteArrayList<>();
        List<String> first = new CopyOnWriteArrayList<>();
        streams.open(names.doOnSubscribe(s -> subscribed.add(true)).subscribe(first::add)::dispose);
        await().until(() -> !subscribed.isEmpty());
        StepVerifier.create(names)
                .then(() -> create("a"))
                .then(() -> create("b"))
                .expectNext("a", "b")
                .verifyComplete();
        await().until(() -> first.equals(List.of("a", "b")));
    }

    private void create(String name) {
        try {
            Files.createFile(folder.resolve(name));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void delete(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
