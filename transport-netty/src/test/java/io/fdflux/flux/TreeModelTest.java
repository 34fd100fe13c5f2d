package io.fdflux.flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.FileEvent;
import io.fdflux.FileFlux;
import io.fdflux.WatchOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Keeps a replica of a tree's names by the events of {@link FileFlux#changes} alone, and compares it with the tree
 * after random changes, which go on while directories are being watched. The seed is the test's parameter.
 */
@EnabledOnOs(OS.LINUX)
@DisabledIfSystemProperty(
        named = "fdflux.poller",
        matches = "kqueue",
        disabledReason = "libkqueue refuses inotify's descriptor, and reports no new entries of a directory")
@Timeout(120)
class TreeModelTest {

    private static final int ROUNDS = 10;
    private static final int STEPS = 60;

    @RegisterExtension
    final Streams streams = new Streams();

    @TempDir
    private Path folder;

    private Path tree;
    private Path outside;
    private Random random;
    private int names;

    private final Set<Path> replica = new TreeSet<>();
    private final Map<Long, Set<Path>> moving = new HashMap<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    @DisplayName("the events of a tree describe all of it, when each step waits for those of the one before")
    void replicaIsTheTree(long seed) throws Exception {
        random = new Random(seed);
        tree = Files.createDirectory(folder.resolve("tree"));
        outside = Files.createDirectory(folder.resolve("outside"));
        for (int i = 0; i < STEPS; i++) {
            step();
        }
        WatchOptions options = WatchOptions.defaults().recursive(true);
        List<FileEvent> events = new CopyOnWriteArrayList<>();
        List<Boolean> subscribed = new CopyOnWriteArrayList<>();
        streams.open(
                FileFlux.changes(streams.loops, tree, seed % 3 == 0 ? options.polled(Duration.ofMillis(1)) : options)
                        .doOnSubscribe(subscription -> subscribed.add(true))
                        .subscribe(events::add)::dispose);
        await().until(() -> !subscribed.isEmpty());
        replica.addAll(entries());
        int applied = 0;
        for (int i = 0; i < ROUNDS * STEPS; i++) {
            step();
            awaitHandled(tree.resolve("marker" + i), events);
            for (; applied < events.size(); applied++) {
                apply(events.get(applied));
            }
            assertThat(replica).as("step %s, seed %s", i, seed).isEqualTo(entries());
        }
    }

    /** A scan that sees the marker may have begun before the last step; one that misses it later has not. */
    private static void awaitHandled(Path marker, List<FileEvent> events) throws IOException {
        Files.createFile(marker);
        awaitLast(FileEvent.Kind.CREATED, marker, events);
        Files.delete(marker);
        awaitLast(FileEvent.Kind.DELETED, marker, events);
    }

    private static void awaitLast(FileEvent.Kind kind, Path path, List<FileEvent> events) {
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> events.reversed().stream()
                        .anyMatch(event -> event.kind() == kind && event.path().equals(path)));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    @DisplayName("so they do when the tree runs ahead of them: what is moved is moved again before its move is handled")
    void replicaFollowsAFastTree(long seed) throws Exception {
        random = new Random(seed);
        tree = Files.createDirectory(folder.resolve("tree"));
        outside = Files.createDirectory(folder.resolve("outside"));
        List<Boolean> subscribed = new CopyOnWriteArrayList<>();
        streams.open(
                FileFlux.changes(streams.loops, tree, WatchOptions.defaults().recursive(true))
                        .doOnSubscribe(subscription -> subscribed.add(true))
                        .subscribe(this::applyOrReadAgain)::dispose);
        await().until(() -> !subscribed.isEmpty());
        for (int round = 0; round < ROUNDS; round++) {
            streams.whileTheLoopIsHeld(() -> {
                for (int i = 0; i < STEPS; i++) {
                    step();
                }
            });
        }
        await().untilAsserted(() -> assertThat(replica()).as("seed %s", seed).isEqualTo(entries()));
    }

    private Set<Path> replica() {
        synchronized (replica) {
            return new TreeSet<>(replica);
        }
    }

    /** On the loop. What an overflow calls for is done at once, while the tree changes. */
    private void applyOrReadAgain(FileEvent event) {
        synchronized (replica) {
            if (event.kind() == FileEvent.Kind.OVERFLOW) {
                moving.clear();
                replica.clear();
                replica.addAll(entriesNow());
            } else {
                apply(event);
            }
        }
    }

    private Set<Path> entriesNow() {
        while (true) {
            try {
                return entries();
            } catch (IOException | UncheckedIOException e) {
                Thread.onSpinWait(); // something was removed while it was listed
            }
        }
    }

    private Set<Path> entries() throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            return all.filter(path -> !path.equals(tree)).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    // ---- the replica

    private void apply(FileEvent event) {
        switch (event.kind()) {
            case CREATED -> replica.add(event.path());
            case DELETED -> replica.removeIf(path -> path.startsWith(event.path()));
            case MOVED_FROM -> {
                moving.put(event.move(), below(event.path()));
                replica.removeIf(path -> path.startsWith(event.path()));
            }
            case MOVED_TO -> {
                replica.add(event.path());
                moving.getOrDefault(event.move(), Set.of())
                        .forEach(path -> replica.add(event.path().resolve(path)));
            }
            case MODIFIED, ATTRIBUTES -> assertThat(event.path()).isNotNull();
            case OVERFLOW -> throw new AssertionError("so few events fit into the queue");
        }
    }

    private Set<Path> below(Path moved) {
        return replica.stream()
                .filter(path -> path.startsWith(moved) && !path.equals(moved))
                .map(moved::relativize)
                .collect(Collectors.toSet());
    }

    // ---- the tree

    private void step() throws IOException {
        int kind = random.nextInt(100);
        if (kind < 35) {
            Files.createFile(any(true).resolve("f" + names++));
        } else if (kind < 60) {
            Files.createDirectories(any(true).resolve("d" + names++ + "/e" + names++));
        } else if (kind < 75) {
            delete(any(false));
        } else if (kind < 90) {
            move(any(false), any(true).resolve("m" + names++));
        } else if (kind < 95) {
            move(any(false), outside.resolve("o" + names++));
        } else {
            List<Path> others = list(outside, 1);
            if (!others.isEmpty()) {
                move(others.get(random.nextInt(others.size())), any(true).resolve("i" + names++));
            }
        }
    }

    /** A random entry of the tree, or the tree itself. */
    private Path any(boolean directory) throws IOException {
        List<Path> all = new ArrayList<>(list(tree, Integer.MAX_VALUE));
        all.removeIf(path -> directory && !Files.isDirectory(path));
        all.add(tree);
        return all.get(random.nextInt(all.size()));
    }

    private static List<Path> list(Path top, int depth) throws IOException {
        try (Stream<Path> all = Files.walk(top, depth)) {
            return all.filter(path -> !path.equals(top)).sorted().toList();
        }
    }

    private void move(Path from, Path to) throws IOException {
        if (!from.equals(tree) && !to.startsWith(from)) {
            Files.move(from, to);
        }
    }

    private void delete(Path top) throws IOException {
        if (!top.equals(tree)) {
            try (Stream<Path> all = Files.walk(top)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
