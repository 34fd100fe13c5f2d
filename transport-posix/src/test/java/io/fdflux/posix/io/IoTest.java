package io.fdflux.posix.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.posix.Errno;
import io.fdflux.posix.Memory;
import io.fdflux.posix.Pipes;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IoTest {

    private Pipes.Pair sockets;
    private int near;
    private int far;

    @BeforeEach
    void open() throws IOException {
        sockets = Pipes.socketPair();
        near = sockets.first().number();
        far = sockets.second().number();
    }

    @AfterEach
    void close() throws IOException {
        sockets.close();
    }

    @Test
    void writesAndReads() {
        assertThat(Io.write(near, Memory.of("hello").address(), 5)).isEqualTo(5);
        assertThat(Io.available(far)).isEqualTo(5);
        MemorySegment memory = Memory.of(16);
        assertThat(Io.read(far, memory.address(), 3)).isEqualTo(3);
        assertThat(Memory.text(memory, 3)).isEqualTo("hel");
        assertThat(Io.available(far)).isEqualTo(2);
        assertThat(Io.read(far, memory.address(), 16)).isEqualTo(2);
        assertThat(Io.available(far)).isZero();
    }

    @Test
    void sendsAndReceives() {
        assertThat(Io.send(near, Memory.of("hello").address(), 5)).isEqualTo(5);
        MemorySegment memory = Memory.of(16);
        assertThat(Io.recv(far, memory.address(), 16)).isEqualTo(5);
        assertThat(Memory.text(memory, 5)).isEqualTo("hello");
    }

    @Test
    void gathersAndScatters() {
        List<MemorySegment> parts = List.of(Memory.of("ab"), Memory.of("cde"), Memory.of("f"));
        IoVectors out = new IoVectors(64);
        parts.forEach(part ->
                assertThat(out.add(part.address(), (int) part.byteSize())).isTrue());
        assertThat(Io.writev(near, out)).isEqualTo(6);

        MemorySegment first = Memory.of(4);
        MemorySegment second = Memory.of(4);
        IoVectors in = new IoVectors(64);
        in.add(first.address(), 4);
        in.add(second.address(), 4);
        assertThat(Io.readv(far, in)).isEqualTo(6);
        assertThat(Memory.text(first, 4) + Memory.text(second, 2)).isEqualTo("abcdef");
    }

    @Test
    void readOfNoDataIsEagain() {
        long address = Memory.of(4).address();
        assertThat(Io.read(far, address, 4)).isEqualTo(-Errno.EAGAIN);
        assertThat(Io.recv(far, address, 4)).isEqualTo(-Errno.EAGAIN);
    }

    @Test
    void endIsZero() throws IOException {
        sockets.first().close();
        assertThat(Io.read(far, Memory.of(4).address(), 4)).isZero();
    }

    @Test
    void writeToAClosedPeerIsEpipeWithoutSignal() throws IOException {
        sockets.second().close();
        assertThat(Io.send(near, Memory.of("a").address(), 1)).isEqualTo(-Errno.EPIPE);
        assertThat(Io.write(near, Memory.of("a").address(), 1)).isEqualTo(-Errno.EPIPE);
    }

    @Test
    void closedDescriptorIsEbadf() throws IOException {
        sockets.close();
        long address = Memory.of(4).address();
        assertThat(Io.read(near, address, 4)).isEqualTo(-Errno.EBADF);
        assertThat(Io.write(near, address, 4)).isEqualTo(-Errno.EBADF);
        assertThat(Io.available(near)).isEqualTo(-Errno.EBADF);
    }

    @Test
    void transfersWithoutMemoryAreRefusedBeforeTheKernelSeesThem() {
        assertThatThrownBy(() -> Io.read(near, 0, 4)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Io.write(near, 4096, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Io.send(near, 4096, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Io.writev(near, new IoVectors(64))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theKernelTakesAsManyVectorsAsTheLargestArrayHas() {
        IoVectors vectors = new IoVectors(IoVectors.LARGEST_CAPACITY);
        long address = Memory.of(1).address();
        for (int i = 0; i < IoVectors.LARGEST_CAPACITY; i++) {
            assertThat(vectors.add(address, 1)).isTrue();
        }
        assertThat(Io.writev(near, vectors)).isEqualTo(IoVectors.LARGEST_CAPACITY);
        assertThatThrownBy(() -> new IoVectors(IoVectors.LARGEST_CAPACITY + 1)).hasMessageContaining("1 to 1024");
        assertThatThrownBy(() -> new IoVectors(0)).hasMessageContaining("not 0");
    }

    @Test
    void vectorsCountAndFill() {
        IoVectors vectors = new IoVectors(64);
        long address = Memory.of(8).address();
        assertThat(vectors.add(address, 0)).as("adding no bytes").isTrue();
        assertThat(vectors.count()).isZero();
        for (int i = 0; i < 64; i++) {
            assertThat(vectors.add(address, 8)).isTrue();
        }
        assertThat(vectors.add(address, 8)).isFalse();
        assertThat(vectors.count()).isEqualTo(64);
        assertThat(vectors.bytes()).isEqualTo(8L * 64);
        vectors.clear();
        assertThat(vectors.count()).isZero();
        assertThat(vectors.bytes()).isZero();
        assertThatThrownBy(() -> vectors.add(0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> vectors.add(address, -1)).isInstanceOf(IllegalArgumentException.class);
    }
}
