package io.fdflux.posix.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.Memory;
import io.fdflux.posix.PosixException;
import io.fdflux.posix.ffi.Constants;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class InotifyTest {

    @TempDir
    private Path folder;

    @Test
    void eventsOfAWatch() throws IOException {
        try (Descriptor queue = Inotify.open()) {
            MemorySegment memory = Memory.of(4096);
            assertThat(Io.read(queue.number(), memory.address(), 4096)).isEqualTo(-Errno.EAGAIN);
            int watch = Inotify.add(queue, folder, Inotify.CREATE | Inotify.MOVED_FROM | Inotify.MOVED_TO);
            assertThat(watch).isPositive();
            assertThat(Inotify.add(queue, folder, Inotify.CREATE | Inotify.MOVED_FROM | Inotify.MOVED_TO))
                    .isEqualTo(watch);
            Files.createDirectory(folder.resolve("ä"));
            Files.move(folder.resolve("ä"), folder.resolve("b"));
            int n = Io.read(queue.number(), memory.address(), 4096);
            assertThat(n).isEqualTo(3 * 32);
            assertThat(memory.get(ValueLayout.JAVA_INT, Inotify.WATCH_OFFSET)).isEqualTo(watch);
            assertThat(memory.get(ValueLayout.JAVA_INT, Inotify.MASK_OFFSET))
                    .isEqualTo(Inotify.CREATE | Inotify.IS_DIRECTORY);
            assertThat(memory.get(ValueLayout.JAVA_INT, Inotify.LENGTH_OFFSET)).isEqualTo(16);
            assertThat(memory.getString(Inotify.EVENT_BYTES)).isEqualTo("ä");
            int from = memory.get(ValueLayout.JAVA_INT, 32 + Inotify.COOKIE_OFFSET);
            assertThat(from).isNotZero().isEqualTo(memory.get(ValueLayout.JAVA_INT, 64 + Inotify.COOKIE_OFFSET));
            assertThat(Inotify.remove(queue, watch)).isZero();
            assertThat(Inotify.remove(queue, watch)).isEqualTo(-Errno.EINVAL);
            assertThat(Io.read(queue.number(), memory.address(), 4096)).isEqualTo(Inotify.EVENT_BYTES);
            assertThat(memory.get(ValueLayout.JAVA_INT, Inotify.MASK_OFFSET)).isEqualTo(Inotify.IGNORED);
        }
    }

    @Test
    void onlyDirectoriesAreWatched() throws IOException {
        try (Descriptor queue = Inotify.open()) {
            assertThat(Inotify.add(queue, Files.createFile(folder.resolve("file")), Inotify.MODIFY))
                    .isEqualTo(-Constants.value("ENOTDIR"));
            assertThat(Inotify.add(queue, folder.resolve("none"), Inotify.MODIFY))
                    .isEqualTo(-Errno.ENOENT);
        }
    }

    @Test
    void errorsSayWhatToDo() {
        assertThat(Inotify.exception(folder, Constants.value("ENOSPC")))
                .isInstanceOf(PosixException.class)
                .hasMessageContaining("fs.inotify.max_user_watches")
                .hasMessageContaining(folder.toString());
        assertThat(Inotify.exception(folder, Errno.ENOENT)).isInstanceOf(NoSuchFileException.class);
        assertThat(Inotify.exception(folder, Constants.value("EACCES"))).isInstanceOf(AccessDeniedException.class);
    }
}
