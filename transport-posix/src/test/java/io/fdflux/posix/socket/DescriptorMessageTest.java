package io.fdflux.posix.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.Flags;
import io.fdflux.posix.Memory;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.io.Io;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DescriptorMessageTest {

    private final MemorySegment buffer = Memory.of(16);

    private static long open() throws IOException {
        try (var files = Files.list(Path.of("/dev/fd"))) {
            return files.count();
        }
    }

    private static int[] numbers(Descriptor descriptor, int times) {
        int[] numbers = new int[times];
        java.util.Arrays.fill(numbers, descriptor.number());
        return numbers;
    }

    @Test
    void descriptorArrivesAsAnotherNumberOfTheSamePipe() throws IOException {
        try (Pipes.Pair unix = Pipes.socketPair();
                Pipes.Pair pipe = Pipes.pipe()) {
            DescriptorMessage message = new DescriptorMessage(1);
            MemorySegment sent = Memory.of("abc");
            assertThat(message.send(
                            unix.first().number(),
                            sent.address(),
                            3,
                            pipe.second().number()))
                    .isEqualTo(3);
            assertThat(message.receive(unix.second().number(), buffer.address(), 16))
                    .isEqualTo(3);
            assertThat(message.isTruncated()).isFalse();
            assertThat(message.remaining()).isOne();
            try (Descriptor copy = message.take()) {
                assertThat(copy.number()).isNotEqualTo(pipe.second().number());
                assertThat(Flags.closedOnExec(copy.number())).isTrue();
                assertThat(Io.write(copy.number(), Memory.of("x").address(), 1)).isOne();
                assertThat(Io.read(pipe.first().number(), buffer.address(), 16)).isOne();
            }
            assertThat(message.take()).isNull();
        }
    }

    @Test
    void severalArriveInOrder() throws IOException {
        try (Pipes.Pair unix = Pipes.socketPair();
                Pipes.Pair a = Pipes.pipe();
                Pipes.Pair b = Pipes.pipe()) {
            DescriptorMessage message = new DescriptorMessage(DescriptorMessage.MAX_DESCRIPTORS);
            int[] ends = {a.second().number(), b.second().number()};
            assertThat(message.send(unix.first().number(), Memory.of("!").address(), 1, ends))
                    .isOne();
            assertThat(message.receive(unix.second().number(), buffer.address(), 1))
                    .isOne();
            assertThat(message.remaining()).isEqualTo(2);
            List<Descriptor> copies = new ArrayList<>(List.of(message.take(), message.take()));
            Io.write(copies.get(0).number(), Memory.of("a").address(), 1);
            Io.write(copies.get(1).number(), Memory.of("bb").address(), 2);
            for (Descriptor copy : copies) {
                copy.close();
            }
            assertThat(Io.read(a.first().number(), buffer.address(), 16)).isEqualTo(1);
            assertThat(Io.read(b.first().number(), buffer.address(), 16)).isEqualTo(2);
        }
    }

    @Test
    void asManyAsAMessageCarries() throws IOException {
        try (Pipes.Pair unix = Pipes.socketPair()) {
            long before = open();
            DescriptorMessage message = new DescriptorMessage(DescriptorMessage.MAX_DESCRIPTORS);
            int[] many = numbers(unix.first(), DescriptorMessage.MAX_DESCRIPTORS);
            assertThat(message.send(unix.first().number(), Memory.of("!").address(), 1, many))
                    .isOne();
            message.receive(unix.second().number(), buffer.address(), 1);
            assertThat(message.remaining()).isEqualTo(DescriptorMessage.MAX_DESCRIPTORS);
            assertThat(open()).isEqualTo(before + DescriptorMessage.MAX_DESCRIPTORS);
            message.discard();
            assertThat(message.remaining()).isZero();
            assertThat(open()).isEqualTo(before);
        }
    }

    @Test
    void untakenDescriptorsAreClosedByTheNextMessage() throws IOException {
        try (Pipes.Pair unix = Pipes.socketPair()) {
            long before = open();
            DescriptorMessage message = new DescriptorMessage(3);
            message.send(unix.first().number(), Memory.of("!").address(), 1, numbers(unix.first(), 3));
            message.receive(unix.second().number(), buffer.address(), 1);
            message.take().close();
            assertThat(open()).isEqualTo(before + 2);
            assertThat(message.receive(unix.second().number(), buffer.address(), 1))
                    .isEqualTo(-Errno.EAGAIN);
            assertThat(open()).isEqualTo(before);
        }
    }

    /**
     * The kernel closes descriptors beyond the capacity, or the larger buffer receives them and this class closes them.
     */
    @ParameterizedTest(name = "capacity of {0} at least")
    @ValueSource(ints = {0, 10})
    @EnabledOnOs(OS.LINUX)
    void descriptorsBeyondTheCapacityAreReportedAndNotLeaked(int leastCapacity) throws IOException {
        try (Pipes.Pair unix = Pipes.socketPair()) {
            long before = open();
            DescriptorMessage large = new DescriptorMessage(10);
            DescriptorMessage small = new DescriptorMessage(2, leastCapacity);
            large.send(unix.first().number(), Memory.of("!").address(), 1, numbers(unix.first(), 10));
            assertThat(small.receive(unix.second().number(), buffer.address(), 16))
                    .isOne();
            assertThat(small.isTruncated()).isTrue();
            assertThat(small.remaining()).isEqualTo(2);
            assertThat(open()).isEqualTo(before + 2);
            small.discard();
            assertThat(small.isTruncated()).isFalse();
            assertThat(open()).isEqualTo(before);
        }
    }

    @Test
    void plainBytesBringNone() throws IOException {
        try (Pipes.Pair unix = Pipes.socketPair()) {
            DescriptorMessage message = new DescriptorMessage(1);
            Io.write(unix.first().number(), Memory.of("abc").address(), 3);
            assertThat(message.receive(unix.second().number(), buffer.address(), 2))
                    .isEqualTo(2);
            assertThat(message.remaining()).isZero();
            Sockets.shutdownOutput(unix.first().number());
            assertThat(message.receive(unix.second().number(), buffer.address(), 2))
                    .isOne();
            assertThat(message.receive(unix.second().number(), buffer.address(), 2))
                    .isZero();
        }
    }

    @Test
    void readingWithoutTakingDescriptorsLetsTheKernelCloseThem() throws IOException {
        try (Pipes.Pair unix = Pipes.socketPair()) {
            long before = open();
            DescriptorMessage message = new DescriptorMessage(3);
            message.send(unix.first().number(), Memory.of("!").address(), 1, numbers(unix.first(), 3));
            assertThat(Io.recv(unix.second().number(), buffer.address(), 16)).isOne();
            assertThat(open()).isEqualTo(before);
        }
    }

    /**
     * A read ends after bytes that carry descriptors. So the rule of epoll(7), that after a short read the next one
     * would block, does not hold there.
     */
    @Test
    @EnabledOnOs(OS.LINUX)
    void readEndsAtDescriptorsAndReportsIt() throws IOException {
        try (Pipes.Pair unix = Pipes.socketPair()) {
            long before = open();
            DescriptorMessage sender = new DescriptorMessage(1);
            DescriptorMessage none = new DescriptorMessage(0);
            Io.send(unix.first().number(), Memory.of("a").address(), 1);
            sender.send(
                    unix.first().number(),
                    Memory.of("b").address(),
                    1,
                    unix.first().number());
            Io.send(unix.first().number(), Memory.of("cd").address(), 2);
            assertThat(none.receive(unix.second().number(), buffer.address(), 16))
                    .isEqualTo(2);
            assertThat(none.isTruncated()).isTrue();
            assertThat(none.remaining()).isZero();
            assertThat(none.receive(unix.second().number(), buffer.address(), 16))
                    .isEqualTo(2);
            assertThat(none.isTruncated()).isFalse();
            assertThat(open()).isEqualTo(before);
        }
    }

    @Test
    void descriptorsGoWithAByteOfTheirOwn() throws IOException {
        try (Pipes.Pair unix = Pipes.socketPair()) {
            DescriptorMessage message = new DescriptorMessage(2);
            assertThat(message.send(unix.first().number(), numbers(unix.first(), 2)))
                    .isOne();
            Io.send(unix.first().number(), Memory.of("x").address(), 1);
            assertThat(message.receive(unix.second().number())).isOne();
            assertThat(message.remaining()).isEqualTo(2);
            assertThat(message.receive(unix.second().number())).isOne();
            assertThat(message.remaining()).isZero();
            assertThat(message.receive(unix.second().number())).isEqualTo(-Errno.EAGAIN);
        }
    }

    @Test
    void aClosedNumberIsNotSent() throws IOException {
        try (Pipes.Pair unix = Pipes.socketPair()) {
            DescriptorMessage message = new DescriptorMessage(1);
            assertThat(message.send(unix.first().number(), Memory.of("!").address(), 1, 99_999))
                    .isEqualTo(-Errno.EBADF);
            assertThat(Io.read(unix.second().number(), buffer.address(), 1)).isEqualTo(-Errno.EAGAIN);
        }
    }

    @Test
    void wrongUseIsRefused() {
        assertThatThrownBy(() -> new DescriptorMessage(-1)).hasMessageContaining("up to 253");
        assertThatThrownBy(() -> new DescriptorMessage(254)).hasMessageContaining("254");
        DescriptorMessage message = new DescriptorMessage(1);
        assertThatThrownBy(() -> message.send(0)).hasMessageContaining("not 0");
        assertThatThrownBy(() -> message.send(0, buffer.address(), 1, new int[9]))
                .hasMessageContaining("not 9");
        assertThatThrownBy(() -> message.send(0, buffer.address(), 0, 1)).hasMessageContaining("at least one byte");
    }
}
