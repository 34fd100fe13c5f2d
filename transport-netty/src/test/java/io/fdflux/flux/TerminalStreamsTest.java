package io.fdflux.flux;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Pty;
import io.fdflux.posix.RawMode;
import io.fdflux.posix.Terminal;
import io.fdflux.test.BuffersReleased;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import reactor.test.StepVerifier;

/** Streams over a {@link Pty}, and over a FIFO. */
@ExtendWith(BuffersReleased.class)
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class TerminalStreamsTest {

    @RegisterExtension
    final Streams streams = new Streams();

    private Pty pty;
    private Descriptor terminal;

    @BeforeEach
    void open() throws IOException {
        pty = streams.open(Pty.open());
        terminal = streams.open(pty.openTerminal());
    }

    @Test
    @DisplayName("a program reads lines, and its output and the echo are read from the master")
    void lines() {
        StepVerifier.create(streams.texts(terminal))
                .then(streams::settle)
                .then(() -> streams.writing(pty.master(), "one\r").block())
                .expectNext("one\n")
                .then(() -> streams.writing(terminal, "two\n").block())
                .thenCancel()
                .verify();
        StepVerifier.create(streams.texts(pty.master()).scan("", String::concat).filter("one\r\ntwo\r\n"::equals))
                .expectNextCount(1)
                .thenCancel()
                .verify();
    }

    @Test
    void rawBytes() throws IOException {
        try (RawMode raw = Terminal.of(terminal).raw()) {
            assertThat(raw).isNotNull();
            StepVerifier.create(streams.texts(terminal))
                    .then(streams::settle)
                    .then(() -> streams.writing(pty.master(), "\u0003").block())
                    .expectNext("\u0003")
                    .then(streams::settle)
                    .then(() -> streams.writing(pty.master(), "x").block())
                    .expectNext("x")
                    .thenCancel()
                    .verify();
        }
    }

    @Test
    @DisplayName("the master ends when the terminal is closed, the terminal when the master is")
    void ends() throws IOException {
        StepVerifier.create(streams.texts(pty.master()))
                .then(streams::settle)
                .then(() -> terminal.closeUnchecked())
                .verifyComplete();
        Descriptor again = streams.open(pty.openTerminal());
        StepVerifier.create(streams.texts(again))
                .then(streams::settle)
                .then(() -> pty.master().closeUnchecked())
                .verifyComplete();
    }

    @Test
    @DisplayName("a FIFO that is opened for both directions outlives its readers and writers")
    void fifo(@TempDir Path folder) throws Exception {
        Path fifo = folder.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        Descriptor chat = streams.open(Descriptor.open(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE));
        StepVerifier.create(streams.texts(chat))
                .then(streams::settle)
                .then(() -> say(fifo, "hello"))
                .expectNext("hello\n")
                .then(() -> say(fifo, "again"))
                .expectNext("again\n")
                .thenCancel()
                .verify();
    }

    private static void say(Path fifo, String word) {
        try {
            new ProcessBuilder("sh", "-c", "echo \"$1\" > \"$0\"", fifo.toString(), word)
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
