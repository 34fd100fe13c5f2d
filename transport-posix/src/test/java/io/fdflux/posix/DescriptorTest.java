package io.fdflux.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DescriptorTest {

    @Test
    void closesOnceHoweverManyThreadsClose() throws Exception {
        AtomicInteger closes = new AtomicInteger();
        Descriptor descriptor = Descriptor.of(77, number -> closes.incrementAndGet() * 0);
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    start.await();
                    descriptor.close();
                } catch (IOException | InterruptedException e) {
                    throw new AssertionError(e);
                }
            }));
        }
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(closes).hasValue(1);
        assertThat(descriptor.isOpen()).isFalse();
    }

    @Test
    void secondCloseSparesWhoGotTheNumber() throws IOException {
        Pipes.Pair first = Pipes.pipe();
        first.close();
        try (Pipes.Pair second = Pipes.pipe()) {
            first.close();
            assertThat(Io.write(second.second().number(), Memory.of("a").address(), 1))
                    .isOne();
        }
    }

    @Test
    void failedCloseIsTyped() {
        Descriptor descriptor = Descriptor.of(77, number -> -Constants.value("EIO"));
        assertThatThrownBy(descriptor::close)
                .isInstanceOf(PosixException.class)
                .hasMessageContaining("close(descriptor 77)");
    }

    @Test
    void interruptedCloseIsClosed() throws IOException {
        Descriptor descriptor = Descriptor.of(77, number -> -Errno.EINTR);
        descriptor.close();
        assertThat(descriptor.isOpen()).isFalse();
    }

    @Test
    void negativeNumberIsRefused() {
        assertThatThrownBy(() -> Descriptor.of(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1");
    }

    @Test
    void nonBlockingTellsWhatItWas() throws IOException {
        try (Pipes.Pair pipe = Pipes.pipe()) {
            assertThat(pipe.first().nonBlocking(false)).isTrue();
            assertThat(pipe.first().nonBlocking(false)).isFalse();
            assertThat(pipe.first().nonBlocking(true)).isFalse();
            assertThat(pipe.first().nonBlocking(true)).isTrue();
        }
    }

    @Test
    void nonBlockingOfWhatIsNotOpenIsTyped() throws IOException {
        Pipes.Pair pipe = Pipes.pipe();
        pipe.close();
        assertThatThrownBy(() -> pipe.first().nonBlocking(true))
                .isInstanceOfSatisfying(
                        PosixException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADF))
                .hasMessageContaining(pipe.first().toString());
    }

    @Test
    void pipesAndSocketPairsAreClosedOnExecAndDoNotBlock() throws IOException {
        try (Pipes.Pair pipe = Pipes.pipe();
                Pipes.Pair sockets = Pipes.socketPair()) {
            for (Descriptor end : List.of(pipe.first(), pipe.second(), sockets.first(), sockets.second())) {
                assertThat(Flags.closedOnExec(end.number())).isTrue();
                assertThat(Flags.nonBlocking(end.number())).isTrue();
            }
        }
    }
}
