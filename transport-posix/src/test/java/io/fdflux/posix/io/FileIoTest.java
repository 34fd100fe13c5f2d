package io.fdflux.posix.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.Memory;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.PosixException;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.RawDescriptors;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileIoTest {

    @TempDir
    Path folder;

    @Test
    void readsAtAnyOffset() throws IOException {
        Path path = Files.writeString(folder.resolve("0 \u00e4 9"), "0123456789");
        MemorySegment memory = Memory.of(16);
        try (Descriptor file = Descriptor.open(path)) {
            assertThat(FileIo.pread(file.number(), memory.address(), 3, 4)).isEqualTo(3);
            assertThat(Memory.text(memory, 3)).isEqualTo("456");
            assertThat(FileIo.pread(file.number(), memory.address(), 16, 8)).isEqualTo(2);
            assertThat(FileIo.pread(file.number(), memory.address(), 16, 10)).isZero();
            assertThat(FileIo.pread(file.number(), memory.address(), 16, -1)).isEqualTo(-Errno.EINVAL);
            assertThatThrownBy(() -> FileIo.pread(file.number(), 0, 16, 0))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void descriptorsAreClosedOnExec() throws IOException {
        Path path = Files.writeString(folder.resolve("file"), "a");
        try (Descriptor file = Descriptor.open(path)) {
            int flags = RawDescriptors.fcntl(file.number(), Constants.value("F_GETFD"), 0);
            assertThat(flags & Constants.value("FD_CLOEXEC")).isNotZero();
        }
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> Descriptor.open(folder.resolve("none")))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("none")
                .hasMessageContaining("ENOENT")
                .hasCauseInstanceOf(PosixException.class);
    }

    @Test
    void aPathOfAnotherFileSystemIsRefused() throws IOException {
        Path jar = folder.resolve("a.zip");
        URI uri = URI.create("jar:" + jar.toUri());
        try (FileSystem zip = FileSystems.newFileSystem(uri, Map.of("create", "true"))) {
            assertThatThrownBy(() -> Descriptor.open(zip.getPath("a")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("default file system");
        }
    }

    @Test
    void aPipeIsNotReadAtAnOffset() throws IOException {
        try (Pipes.Pair pipe = Pipes.pipe()) {
            assertThat(FileIo.pread(pipe.first().number(), Memory.of(4).address(), 4, 0))
                    .isEqualTo(-Constants.value("ESPIPE"));
        }
    }

    @Test
    void sizes() throws IOException {
        Path path = Files.writeString(folder.resolve("file"), "0123456789");
        try (Descriptor file = Descriptor.open(path);
                Pipes.Pair pipe = Pipes.pipe()) {
            assertThat(FileIo.size(file.number())).isEqualTo(10);
            Files.writeString(path, "012");
            assertThat(FileIo.size(file.number())).isEqualTo(3);
            assertThat(FileIo.size(pipe.first().number())).isEqualTo(-Constants.value("ESPIPE"));
        }
    }
}
