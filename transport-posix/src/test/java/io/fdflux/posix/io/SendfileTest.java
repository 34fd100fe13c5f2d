package io.fdflux.posix.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.Memory;
import io.fdflux.posix.Pipes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SendfileTest {

    private static final int LARGE = 4 << 20;

    @TempDir
    Path folder;

    private Pipes.Pair sockets;
    private int near;
    private int far;

    @BeforeEach
    void open() throws IOException {
        assumeThat(Sendfile.available()).isTrue();
        sockets = Pipes.socketPair();
        near = sockets.first().number();
        far = sockets.second().number();
    }

    @AfterEach
    void close() throws IOException {
        sockets.close();
    }

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("file"), content);
    }

    private static byte[] random(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    private void readAll(ByteArrayOutputStream into) {
        MemorySegment memory = Memory.of(1 << 16);
        for (int n = Io.recv(far, memory.address(), 1 << 16); n > 0; n = Io.recv(far, memory.address(), 1 << 16)) {
            into.writeBytes(memory.asSlice(0, n).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
        }
    }

    @Test
    void sendsThePartAndKeepsThePosition() throws IOException {
        try (Descriptor file = Descriptor.open(file("0123456789".getBytes()))) {
            assertThat(Sendfile.send(near, file.number(), 2, 3)).isEqualTo(3);
            MemorySegment memory = Memory.of(16);
            assertThat(Io.recv(far, memory.address(), 16)).isEqualTo(3);
            assertThat(Memory.text(memory, 3)).isEqualTo("234");
            assertThat(Io.read(file.number(), memory.address(), 1)).isOne();
            assertThat(Memory.text(memory, 1)).isEqualTo("0");
        }
    }

    @Test
    void aFileThatEndsIsShortAndThenZero() throws IOException {
        try (Descriptor file = Descriptor.open(file("0123456789".getBytes()))) {
            assertThat(Sendfile.send(near, file.number(), 8, 100)).isEqualTo(2);
            assertThat(Sendfile.send(near, file.number(), 10, 100)).isZero();
            assertThat(Sendfile.send(near, file.number(), 11, 100)).isZero();
        }
    }

    @Test
    void aFullSocketIsShortAndThenEagainAndGoesOnWhenItIsRead() throws IOException {
        byte[] content = random(LARGE);
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        try (Descriptor file = Descriptor.open(file(content))) {
            long sent = 0;
            boolean blocked = false;
            while (sent < LARGE) {
                long n = Sendfile.send(near, file.number(), sent, LARGE - sent);
                blocked |= n == -Errno.EAGAIN;
                assertThat(n).isNotZero().isGreaterThanOrEqualTo(-Errno.EAGAIN);
                sent += Math.max(n, 0);
                if (n < 0) {
                    readAll(got);
                }
            }
            readAll(got);
            assertThat(blocked).isTrue();
            assertThat(Arrays.equals(got.toByteArray(), content)).isTrue();
        }
    }

    @Test
    void aClosedPeerIsEpipe() throws IOException {
        sockets.second().close();
        try (Descriptor file = Descriptor.open(file(random(10)))) {
            assertThat(Sendfile.send(near, file.number(), 0, 10)).isEqualTo(-Errno.EPIPE);
        }
    }

    @Test
    void descriptorsOtherThanFilesAreUnfit() throws IOException {
        try (Pipes.Pair pipe = Pipes.pipe();
                Pipes.Pair other = Pipes.socketPair()) {
            Io.write(pipe.second().number(), Memory.of("a").address(), 1);
            for (int odd : new int[] {pipe.first().number(), other.first().number()}) {
                long result = Sendfile.send(near, odd, 0, 1);
                assertThat(result).isNegative();
                assertThat(Sendfile.unfit((int) -result))
                        .as(Errno.name((int) -result))
                        .isTrue();
            }
        }
        assertThat(Sendfile.unfit(Errno.EAGAIN)).isFalse();
        assertThat(Sendfile.unfit(Errno.EPIPE)).isFalse();
        assertThat(Sendfile.unfit(Errno.ECONNRESET)).isFalse();
    }

    @Test
    void badCountsAndOffsetsNeverReachTheKernel() {
        assertThatThrownBy(() -> Sendfile.send(near, 0, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Sendfile.send(near, 0, -1, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void bytesSentBeforeAnErrorOfFreebsdCount() {
        assertThat(Sendfile.freebsdResult(0, 10, Errno.EAGAIN)).isEqualTo(10);
        assertThat(Sendfile.freebsdResult(0, 0, Errno.EAGAIN)).isZero();
        assertThat(Sendfile.freebsdResult(-1, 10, Errno.EAGAIN)).isEqualTo(10);
        assertThat(Sendfile.freebsdResult(-1, 10, Errno.EINTR)).isEqualTo(10);
        assertThat(Sendfile.freebsdResult(-1, 0, Errno.EAGAIN)).isEqualTo(-Errno.EAGAIN);
        assertThat(Sendfile.freebsdResult(-1, 0, Errno.EPIPE)).isEqualTo(-Errno.EPIPE);
    }

    @Test
    void bytesSentByMacosCountAfterEagainAndEintr() {
        assertThat(Sendfile.macosResult(0, 10, Errno.EAGAIN)).isEqualTo(10);
        assertThat(Sendfile.macosResult(0, 0, 0)).isZero();
        assertThat(Sendfile.macosResult(-1, 10, Errno.EAGAIN)).isEqualTo(10);
        assertThat(Sendfile.macosResult(-1, 10, Errno.EINTR)).isEqualTo(10);
        assertThat(Sendfile.macosResult(-1, 0, Errno.EINTR)).isEqualTo(-Errno.EINTR);
        assertThat(Sendfile.macosResult(-1, 4096, Errno.ENOTSOCK)).isEqualTo(-Errno.ENOTSOCK);
    }
}
