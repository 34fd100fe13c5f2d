package io.fdflux.posix.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.posix.Errno;
import io.fdflux.posix.Memory;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.io.Io;
import io.fdflux.posix.io.IoVectors;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class GatheredSendTest {

    private final GatheredSend call = new GatheredSend();

    @Test
    void piecesGoOutInOrder() throws IOException {
        MemorySegment one = Memory.of("one,");
        MemorySegment two = Memory.of("two");
        IoVectors vectors = new IoVectors(4);
        vectors.add(one.address(), 4);
        vectors.add(two.address(), 3);
        try (Pipes.Pair pair = Pipes.socketPair()) {
            assertThat(call.send(pair.first().number(), vectors)).isEqualTo(7);
            MemorySegment read = Memory.of(16);
            assertThat(Io.read(pair.second().number(), read.address(), 16)).isEqualTo(7);
            assertThat(Memory.text(read, 7)).isEqualTo("one,two");
        }
    }

    @Test
    @Timeout(30)
    @DisplayName("a full socket that blocks does not block the call, and a lost peer raises no signal")
    void neverBlocks() throws IOException {
        MemorySegment memory = Memory.of(64 * 1024);
        IoVectors vectors = new IoVectors(2);
        vectors.add(memory.address(), 32 * 1024);
        vectors.add(memory.address(), 32 * 1024);
        try (Pipes.Pair pair = Pipes.socketPair()) {
            pair.first().nonBlocking(false);
            int n;
            do {
                n = call.send(pair.first().number(), vectors);
            } while (n > 0);
            assertThat(n).isEqualTo(-Errno.EAGAIN);
            pair.second().close();
            assertThat(call.send(pair.first().number(), vectors)).isEqualTo(-Errno.EPIPE);
        }
    }
}
