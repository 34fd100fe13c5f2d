package io.fdflux.posix.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.Memory;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.PosixException;
import io.fdflux.posix.io.OpenFile.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class OpenFileTest {

    @Test
    void kinds(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        try (Pipes.Pair pipe = Pipes.pipe();
                Pipes.Pair sockets = Pipes.socketPair();
                Descriptor regular = Descriptor.open(file);
                Descriptor directory = Descriptor.open(folder);
                Descriptor device = Descriptor.open(Path.of("/dev/null"))) {
            assertThat(OpenFile.of(pipe.first()).kind()).isEqualTo(Kind.PIPE);
            assertThat(OpenFile.of(sockets.first()).kind()).isEqualTo(Kind.SOCKET);
            assertThat(OpenFile.of(regular).kind()).isEqualTo(Kind.FILE);
            assertThat(OpenFile.of(directory).kind()).isEqualTo(Kind.FILE);
            assertThat(OpenFile.of(device).kind()).isEqualTo(Kind.DEVICE);
        }
    }

    @Test
    void descriptorsOfOneFileHaveOneIdentity() throws IOException {
        try (Pipes.Pair pipe = Pipes.pipe();
                Pipes.Pair other = Pipes.pipe()) {
            assertThat(OpenFile.of(pipe.first()).identity())
                    .isEqualTo(OpenFile.of(pipe.second()).identity())
                    .isNotEqualTo(OpenFile.of(other.first()).identity());
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void pipeThatIsOpenedAgainIsTheSamePipeWithAFlagOfItsOwn() throws IOException {
        try (Pipes.Pair pipe = Pipes.pipe()) {
            pipe.first().nonBlocking(false);
            try (Descriptor again = OpenFile.of(pipe.first()).reopen().orElseThrow()) {
                assertThat(again.isUnshared()).isTrue();
                assertThat(OpenFile.of(again).isNonBlocking()).isTrue();
                assertThat(OpenFile.of(pipe.first()).isNonBlocking()).isFalse();
                assertThat(Io.write(pipe.second().number(), Memory.of("ab").address(), 2))
                        .isEqualTo(2);
                assertThat(Io.read(again.number(), Memory.of(8).address(), 8)).isEqualTo(2);
            }
        }
    }

    @Test
    void filesWithAPositionOrWithoutANameAreNotOpenedAgain(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        try (Descriptor regular = Descriptor.open(file);
                Pipes.Pair sockets = Pipes.socketPair();
                Descriptor device = Descriptor.open(Path.of("/dev/null"))) {
            assertThat(OpenFile.of(regular).reopen()).isEmpty();
            assertThat(OpenFile.of(sockets.first()).reopen()).isEmpty();
            assertThat(OpenFile.of(device).reopen()).isEmpty();
        }
    }

    @Test
    void numberThatIsNotOpenIsAnError() throws IOException {
        Descriptor closed;
        try (Pipes.Pair pipe = Pipes.pipe()) {
            closed = pipe.first();
        }
        assertThatThrownBy(() -> OpenFile.of(closed))
                .isInstanceOfSatisfying(
                        PosixException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADF));
    }
}
