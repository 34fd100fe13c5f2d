package io.fdflux.posix.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.Memory;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.platform.Platform;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class SpliceTest {

    private static int write(Descriptor to, String text) {
        return Io.write(to.number(), Memory.of(text).address(), text.length());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void movesBetweenSocketsThroughAPipe() throws IOException {
        try (Pipes.Pair from = Pipes.socketPair();
                Pipes.Pair to = Pipes.socketPair();
                Pipes.Pair pipe = Pipes.pipe()) {
            assertThat(Splice.available()).isTrue();
            int in = from.second().number();
            assertThat(Splice.move(in, pipe.second().number(), 10)).isEqualTo(-Errno.EAGAIN);
            write(from.first(), "hello");
            assertThat(Splice.move(in, pipe.second().number(), 4)).isEqualTo(4);
            assertThat(Splice.move(pipe.first().number(), to.first().number(), 10))
                    .isEqualTo(4);
            assertThat(Splice.move(pipe.first().number(), to.first().number(), 10))
                    .isEqualTo(-Errno.EAGAIN);
            MemorySegment memory = Memory.of(16);
            assertThat(Io.recv(to.second().number(), memory.address(), 16)).isEqualTo(4);
            assertThat(Memory.text(memory, 4)).isEqualTo("hell");
            from.first().close();
            assertThat(Splice.move(in, pipe.second().number(), 10)).isOne();
            assertThat(Splice.move(in, pipe.second().number(), 10)).isZero();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void neitherEndBeingAPipeIsEinval() throws IOException {
        try (Pipes.Pair from = Pipes.socketPair();
                Pipes.Pair to = Pipes.socketPair()) {
            assertThat(Splice.move(from.first().number(), to.first().number(), 1))
                    .isEqualTo(-Errno.EINVAL);
            assertThatThrownBy(() -> Splice.move(1, 2, 0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Splice.moveToFile(1, 2, -1, 1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void linuxAloneHasIt() {
        assertThat(Splice.available()).isEqualTo(Platform.current().os() == Platform.Os.LINUX);
    }
}
