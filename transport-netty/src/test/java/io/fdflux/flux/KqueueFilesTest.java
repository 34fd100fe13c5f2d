package io.fdflux.flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.FileEvent;
import io.fdflux.FileFlux;
import io.fdflux.TailOptions;
import io.fdflux.WatchOptions;
import io.fdflux.netty.OpenFiles;
import io.fdflux.test.BuffersReleased;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/**
 * Changes of files that a kqueue reports by EVFILT_VNODE. libkqueue composes it of inotify watches on open files, and
 * reports no new entries of a directory (its src/linux/vnode.c). So the tests here change files that exist.
 */
@ExtendWith(BuffersReleased.class)
@EnabledIfSystemProperty(named = "fdflux.poller", matches = "kqueue", disabledReason = "epoll's way is inotify")
@Timeout(60)
class KqueueFilesTest {

    @RegisterExtension
    final Streams streams = new Streams();

    @TempDir
    private Path folder;

    private <T> List<T> collect(Flux<T> flux) {
        List<Boolean> subscribed = new CopyOnWriteArrayList<>();
        List<T> collected = new CopyOnWriteArrayList<>();
        Disposable subscription = flux.doOnSubscribe(s -> subscribed.add(true)).subscribe(collected::add);
        streams.open(subscription::dispose);
        await().until(() -> !subscribed.isEmpty());
        streams.settle(); // the kernel has the watches
        return collected;
    }

    @Test
    @DisplayName("content, attributes and removal of the entries of a tree")
    void entries() throws Exception {
        Path sub = Files.createDirectory(folder.resolve("sub"));
        Path file = Files.writeString(sub.resolve("file"), "1");
        List<FileEvent> events = collect(
                FileFlux.changes(streams.loops, folder, WatchOptions.defaults().recursive(true)));
        // It stays open, because libkqueue ends the watch when anybody closes it.
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[10]));
            await().until(() -> events.contains(new FileEvent(FileEvent.Kind.MODIFIED, file, false, 0)));
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
            await().until(() -> events.contains(new FileEvent(FileEvent.Kind.ATTRIBUTES, file, false, 0)));
            Files.delete(file);
            await().until(() -> events.contains(new FileEvent(FileEvent.Kind.DELETED, file, false, 0)));
        }
    }

    @Test
    void renamedFile() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "1");
        List<FileEvent> events = collect(FileFlux.changes(streams.loops, folder));
        Path renamed = Files.move(file, folder.resolve("renamed"));
        await().until(() -> events.size() == 2);
        assertThat(events)
                .containsExactly(
                        new FileEvent(FileEvent.Kind.MOVED_FROM, file, false, 1),
                        new FileEvent(FileEvent.Kind.MOVED_TO, renamed, false, 1));
    }

    @Test
    void linesOfAFile() throws Exception {
        Path log = Files.writeString(folder.resolve("log"), "one\n");
        List<String> lines = collect(
                FileFlux.lines(streams.loops, log, TailOptions.defaults().fromStart()));
        await().until(() -> lines.equals(List.of("one")));
        Files.writeString(log, "two\n", StandardOpenOption.APPEND);
        await().until(() -> lines.equals(List.of("one", "two")));
    }

    @Test
    void cancelClosesTheDescriptors() throws Exception {
        Files.writeString(folder.resolve("file"), "1");
        Disposable watching = FileFlux.changes(streams.loops, folder).subscribe();
        await().until(() -> OpenFiles.below(folder) == 2);
        watching.dispose();
        await().until(() -> OpenFiles.below(folder) == 0);
    }
}
