package io.fdflux.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.io.Io;
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
    void closesOnceForManyThreads() throws Exception {
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
    void closesWithTheLastLease() throws IOException {
        AtomicInteger closes = new AtomicInteger();
        Descriptor descriptor = Descriptor.of(77, number -> closes.incrementAndGet() * 0);
        assertThat(descriptor.lease()).isTrue();
        assertThat(descriptor.lease()).isTrue();
        descriptor.close();
        assertThat(descriptor.isOpen()).isFalse();
        descriptor.release();
        assertThat(closes).hasValue(0);
        descriptor.release();
        assertThat(closes).hasValue(1);
    }

    @Test
    void closedDescriptorRefusesLeases() throws IOException {
        Descriptor descriptor = Descriptor.of(77, number -> 0);
        assertThat(descriptor.lease()).isTrue();
        descriptor.close();
        AtomicInteger notified = new AtomicInteger();
        assertThat(descriptor.lease()).isFalse();
        assertThat(descriptor.lease(notified::incrementAndGet)).isFalse();
        descriptor.release();
        assertThat(descriptor.lease()).isFalse();
        assertThat(notified).hasValue(0);
    }

    @Test
    void releasedMoreOftenThanLeasedIsAnError() {
        Descriptor descriptor = Descriptor.of(77, number -> 0);
        assertThatThrownBy(descriptor::release)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("descriptor 77");
    }

    @Test
    void userIsNotifiedOnceOfTheClose() throws IOException {
        AtomicInteger notified = new AtomicInteger();
        AtomicInteger released = new AtomicInteger();
        Runnable user = notified::incrementAndGet;
        Runnable gone = released::incrementAndGet;
        Descriptor descriptor = Descriptor.of(77, number -> 0);
        assertThat(descriptor.lease(user)).isTrue();
        assertThat(descriptor.lease(gone)).isTrue();
        descriptor.release(gone);
        descriptor.close();
        descriptor.close();
        assertThat(notified).hasValue(1);
        assertThat(released).hasValue(0);
        descriptor.release(user);
    }

    @Test
    void standardStreamsHaveOneOwner() {
        assertThat(Descriptor.stdin()).isSameAs(Descriptor.stdin());
        assertThat(Descriptor.stdout()).isSameAs(Descriptor.stdout());
    }

    @Test
    void numberOutlastsTheCallsOfOtherThreads() throws InterruptedException, IOException {
        for (int round = 0; round < 200; round++) {
            AtomicInteger closes = new AtomicInteger();
            AtomicInteger callsOnClosed = new AtomicInteger();
            Descriptor descriptor = Descriptor.of(77, number -> closes.incrementAndGet() * 0);
            CountDownLatch running = new CountDownLatch(3);
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 3; t++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    running.countDown();
                    while (descriptor.lease()) {
                        callsOnClosed.addAndGet(closes.get());
                        descriptor.releaseUnchecked();
                    }
                }));
            }
            running.await();
            descriptor.close();
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(callsOnClosed).hasValue(0);
            assertThat(closes).hasValue(1);
        }
    }

    @Test
    void secondCloseDoesNotCloseTheReusedNumber() throws IOException {
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
    void nonBlockingReturnsThePreviousValue() throws IOException {
        try (Pipes.Pair pipe = Pipes.pipe()) {
            assertThat(pipe.first().nonBlocking(false)).isTrue();
            assertThat(pipe.first().nonBlocking(false)).isFalse();
            assertThat(pipe.first().nonBlocking(true)).isFalse();
            assertThat(pipe.first().nonBlocking(true)).isTrue();
        }
    }

    @Test
    void nonBlockingOfAClosedNumberIsTyped() throws IOException {
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
