package io.fdflux.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.posix.io.Io;
import io.fdflux.posix.io.Poll;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@link Pty} and {@link Terminal}. */
@Timeout(60)
class TerminalTest {

    private Pty pty;
    private Descriptor descriptor;
    private Terminal terminal;

    @BeforeEach
    void open() throws IOException {
        pty = Pty.open();
        descriptor = pty.openTerminal();
        terminal = Terminal.of(descriptor);
    }

    @AfterEach
    void close() throws IOException {
        descriptor.close();
        pty.close();
    }

    private static void write(Descriptor to, String text) {
        MemorySegment memory = Memory.of(text);
        assertThat(Io.write(to.number(), memory.address(), text.length())).isEqualTo(text.length());
    }

    /** Waits for input, and reads it. */
    private static String read(Descriptor from) {
        while (Poll.now(from.number(), Poll.IN) == 0) {
            Thread.onSpinWait();
        }
        MemorySegment memory = Memory.of(1024);
        int n = Io.read(from.number(), memory.address(), 1024);
        assertThat(n).isPositive();
        return Memory.text(memory, n);
    }

    @Test
    @DisplayName("both sides are non-blocking, and the terminal has a path")
    void sides() {
        assertThat(Path.of(pty.name())).exists();
        MemorySegment memory = Memory.of(8);
        assertThat(Io.read(pty.master().number(), memory.address(), 8)).isEqualTo(-Errno.EAGAIN);
        assertThat(Io.read(descriptor.number(), memory.address(), 8)).isEqualTo(-Errno.EAGAIN);
        assertThat(pty.master().isUnshared()).isTrue();
        assertThat(pty).hasToString("pseudo-terminal " + pty.name() + ", master " + pty.master());
    }

    @Test
    @DisplayName("a raw terminal delivers each byte, without echo; afterwards it edits lines again")
    void rawMode() throws IOException {
        write(pty.master(), "line\r");
        assertThat(read(descriptor)).isEqualTo("line\n");
        assertThat(read(pty.master())).as("echo").isEqualTo("line\r\n");
        RawMode raw = terminal.raw();
        write(pty.master(), "a\u0003\r");
        assertThat(read(descriptor)).as("neither a signal nor a line").isEqualTo("a\u0003\r");
        write(descriptor, "out\n");
        assertThat(read(pty.master())).as("no echo, no carriage return").isEqualTo("out\n");
        raw.close();
        raw.close();
        write(pty.master(), "again\r");
        assertThat(read(descriptor)).isEqualTo("again\n");
        assertThat(read(pty.master())).isEqualTo("again\r\n");
    }

    @Test
    @DisplayName("the descriptor may be closed by its owner in raw mode; the mode is still restored")
    void closedInRawMode() throws IOException {
        RawMode raw = terminal.raw();
        descriptor.close();
        raw.close();
        try (Descriptor again = pty.openTerminal()) {
            write(pty.master(), "line\r");
            assertThat(read(again)).isEqualTo("line\n");
        }
        assertThatThrownBy(terminal::raw).isInstanceOf(ClosedDescriptorException.class);
    }

    @Test
    void size() throws IOException {
        Terminal screen = Terminal.of(pty.master());
        screen.resize(new TerminalSize(132, 43));
        assertThat(terminal.size()).isEqualTo(new TerminalSize(132, 43));
        screen.resize(new TerminalSize(65_535, 40_000));
        assertThat(screen.size()).isEqualTo(new TerminalSize(65_535, 40_000));
        assertThatThrownBy(() -> new TerminalSize(-1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TerminalSize(1, 65_536)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void otherFilesAreNoTerminals(@TempDir Path folder) throws IOException {
        try (Pipes.Pair pipe = Pipes.pipe();
                Descriptor directory = Descriptor.open(folder)) {
            for (Descriptor other : new Descriptor[] {pipe.first(), directory}) {
                assertThatThrownBy(() -> Terminal.of(other))
                        .isInstanceOf(PosixException.class)
                        .hasMessageContaining("tcgetattr")
                        .hasMessageContaining("Inappropriate ioctl for device");
            }
        }
    }

    @Test
    void closedDescriptor() throws IOException {
        descriptor.close();
        assertThatThrownBy(terminal::size).isInstanceOf(ClosedDescriptorException.class);
        assertThatThrownBy(() -> Terminal.of(descriptor)).isInstanceOf(ClosedDescriptorException.class);
    }
}
