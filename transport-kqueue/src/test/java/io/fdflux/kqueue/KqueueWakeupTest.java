package io.fdflux.kqueue;

import static io.fdflux.kqueue.Recorder.far;
import static io.fdflux.kqueue.Recorder.near;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fdflux.posix.Errno;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.poll.Kqueue;
import io.fdflux.spi.Interest;
import io.fdflux.spi.Readiness;
import io.fdflux.spi.ReadinessSink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests wake-ups by both wakers, timeouts, and features that older kernels lack. */
@NeedsKqueue
@Timeout(60)
class KqueueWakeupTest {

    private static final long FOR_EVER = -1;

    private static KqueuePoller open(WakerChoice choice) throws IOException {
        NeedsKqueue.Condition.assume(choice);
        return new KqueuePoller(choice);
    }

    @ParameterizedTest
    @EnumSource
    void anotherThreadEndsTheWait(WakerChoice choice) throws Exception {
        try (KqueuePoller poller = open(choice)) {
            for (int i = 0; i < 100; i++) {
                CountDownLatch started = new CountDownLatch(1);
                Thread thread = Thread.ofPlatform().start(() -> {
                    started.countDown();
                    poller.wakeup();
                });
                started.await();
                assertThat(new Recorder(poller).poll(FOR_EVER))
                        .as("a wake-up is not an event")
                        .isEmpty();
                thread.join();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWakeUpBeforeTheWaitEndsTheNextOneOnly(WakerChoice choice) throws Exception {
        try (KqueuePoller poller = open(choice)) {
            for (int i = 0; i < 200_000; i += 100_000) {
                for (int n = 0; n < 100_000; n++) { // more than a pipe's capacity
                    poller.wakeup();
                }
                assertThat(new Recorder(poller).poll(FOR_EVER)).isEmpty();
            }
            long start = System.nanoTime();
            assertThat(new Recorder(poller).poll(Recorder.SOON)).isEmpty();
            assertThat(System.nanoTime() - start).as("no wake-up is left").isGreaterThanOrEqualTo(Recorder.SOON);
        }
    }

    @ParameterizedTest
    @EnumSource
    void eventsComeAlongWithWakeUps(WakerChoice choice) throws Exception {
        try (KqueuePoller poller = open(choice);
                Pipes.Pair pair = Pipes.socketPair()) {
            poller.update(near(pair), 0, Interest.READ, 9);
            Recorder.write(far(pair), 1);
            poller.wakeup();
            assertThat(new Recorder(poller).one().token()).isEqualTo(9);
            poller.forget(near(pair), 9);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWakeUpAfterCloseDoesNotTouchReusedNumbers(WakerChoice choice) throws Exception {
        KqueuePoller poller = open(choice);
        poller.close();
        List<Pipes.Pair> heirs = new ArrayList<>();
        for (int i = 0; i < 8; i++) { // they get the numbers of the closed poller
            heirs.add(Pipes.pipe());
        }
        poller.wakeup();
        for (Pipes.Pair heir : heirs) {
            assertThat(Recorder.read(near(heir))).isEqualTo(-Errno.EAGAIN);
            heir.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void threadsMayWakeWhileItCloses(WakerChoice choice) throws Exception {
        AtomicReference<KqueuePoller> current = new AtomicReference<>(open(choice));
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicBoolean stop = new AtomicBoolean();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                while (!stop.get()) {
                    try {
                        current.get().wakeup();
                    } catch (Throwable e) {
                        failure.compareAndSet(null, e);
                    }
                }
            }));
        }
        for (int i = 0; i < 200; i++) {
            current.get().poll(TimeUnit.MILLISECONDS.toNanos(1), (token, readiness, available, errno) -> {});
            current.getAndSet(open(choice)).close();
        }
        stop.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
        current.get().close();
        assertThat(failure.get()).isNull();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 200_000, 1_500_000, 30_000_000})
    void aWaitLastsAsLongAsAsked(long nanos) throws Exception {
        try (KqueuePoller poller = open(WakerChoice.AUTO)) {
            long start = System.nanoTime();
            assertThat(new Recorder(poller).poll(nanos)).isEmpty();
            assertThat(System.nanoTime() - start).isBetween(nanos, nanos + TimeUnit.SECONDS.toNanos(5));
        }
    }

    @Test
    void aWaitOfCenturiesIsNoError() throws Exception {
        try (KqueuePoller poller = open(WakerChoice.AUTO)) {
            poller.wakeup();
            assertThat(new Recorder(poller).poll(Long.MAX_VALUE)).isEmpty();
        }
    }

    @Test
    void withoutUserEventsAPipeWakes() throws Exception {
        try (KqueuePoller poller = open(WakerChoice.USER)) {
            assertThat(poller.waker()).isInstanceOf(UserEventWaker.class);
        }
        var kernel = OlderKernel.that("refuse_user");
        assumeTrue(kernel.isPresent(), "this kernel has EVFILT_USER");
        try (OlderKernel old = kernel.get();
                KqueuePoller poller = open(WakerChoice.AUTO)) {
            assertThat(old).isNotNull();
            assertThat(poller.waker()).isInstanceOf(PipeWaker.class);
            assertThatThrownBy(() -> new KqueuePoller(WakerChoice.USER))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("EINVAL");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"refuse_dispatch", "ignore_dispatch"})
    void withoutDispatchAnEventIsStillReportedOnce(String lack) throws Exception {
        var kernel = OlderKernel.that(lack);
        assumeTrue(kernel.isPresent(), "this kernel has EV_DISPATCH");
        try (OlderKernel old = kernel.get();
                KqueuePoller poller = open(WakerChoice.AUTO);
                Pipes.Pair pair = Pipes.socketPair()) {
            assertThat(old).isNotNull();
            assertThat(poller.once()).isEqualTo(Kqueue.ONESHOT);
            Recorder recorder = new Recorder(poller);
            Recorder.write(far(pair), 1);
            for (int i = 0; i < 3; i++) {
                poller.update(near(pair), 0, Interest.READ, 9);
                assertThat(recorder.one().available()).isEqualTo(1);
                assertThat(recorder.nothingMore()).isEmpty();
            }
            poller.update(near(pair), 0, Interest.READ, 9);
            poller.poll(0, (token, readiness, available, errno) -> {});
            poller.forget(near(pair), 9);
        }
    }

    @Test
    void changesOfAFailedPollAreSubmittedWithTheNextOne() throws Exception {
        List<Recorder.Event> events = new ArrayList<>();
        ReadinessSink sink = (token, readiness, available, errno) ->
                events.add(new Recorder.Event(token, readiness, available, errno));
        try (KqueuePoller poller = open(WakerChoice.AUTO);
                Pipes.Pair pair = Pipes.socketPair()) {
            var kernel = OlderKernel.that("no_memory");
            assumeTrue(kernel.isPresent(), "this kernel never runs out of memory");
            try (OlderKernel lacking = kernel.get()) {
                assertThat(lacking).isNotNull();
                poller.update(near(pair), 0, Interest.READ | Interest.WRITE, 9);
                assertThatThrownBy(() -> poller.poll(Recorder.SOON, sink)).hasMessageContaining("ENOMEM");
            }
            assertThat(events).as("no refusal").isEmpty();
            Recorder.write(far(pair), 1);
            assertThat(new Recorder(poller).await(2))
                    .extracting(Recorder.Event::readiness)
                    .containsExactlyInAnyOrder(Readiness.READABLE, Readiness.WRITABLE);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, KqueuePoller.DESCRIPTORS_PER_CALL + 1})
    void lostChangesAreReportedToTheirOwners(int count) throws Exception {
        List<Pipes.Pair> pairs = new ArrayList<>();
        List<Recorder.Event> events = new ArrayList<>();
        ReadinessSink sink = (token, readiness, available, errno) ->
                events.add(new Recorder.Event(token, readiness, available, errno));
        try (KqueuePoller poller = open(WakerChoice.AUTO)) {
            var kernel = OlderKernel.that("no_memory");
            assumeTrue(kernel.isPresent(), "this kernel never runs out of memory");
            try (OlderKernel lacking = kernel.get()) {
                assertThat(lacking).isNotNull();
                for (int i = 0; i < count; i++) { // beyond the capacity, an update submits
                    pairs.add(Pipes.socketPair());
                    poller.update(near(pairs.get(i)), 0, i % 2 == 0 ? Interest.READ : Interest.HANGUP, i);
                }
                for (int polls = 0; polls < 2; polls++) { // the changes are lost with the second failure
                    assertThatThrownBy(() -> poller.poll(Recorder.SOON, sink)).hasMessageContaining("ENOMEM");
                }
            }
            assertThat(events)
                    .hasSize(count)
                    .allMatch(e -> e.readiness() == Readiness.ERROR && e.errno() == Errno.ENOMEM);
            Recorder.write(far(pairs.getFirst()), 1);
            poller.update(near(pairs.getFirst()), 0, Interest.READ, 0);
            assertThat(new Recorder(poller).one())
                    .as("armed again")
                    .isEqualTo(new Recorder.Event(0, Readiness.READABLE, 1, 0));
        } finally {
            for (Pipes.Pair pair : pairs) {
                pair.close();
            }
        }
    }

    @Test
    void withoutLowWaterMarksDataIsReportedOnceToAHangupWatch() throws Exception {
        var kernel = OlderKernel.that("ignore_lowat");
        assumeTrue(kernel.isPresent(), "this kernel has NOTE_LOWAT");
        try (OlderKernel old = kernel.get();
                KqueuePoller poller = open(WakerChoice.AUTO);
                Pipes.Pair pair = Pipes.socketPair()) {
            assertThat(old).isNotNull();
            Recorder recorder = new Recorder(poller);
            poller.update(near(pair), 0, Interest.HANGUP, 9);
            Recorder.write(far(pair), 1);
            assertThat(recorder.one().readiness()).isEqualTo(Readiness.READABLE);
            poller.update(near(pair), 0, Interest.HANGUP, 9);
            assertThat(recorder.nothingMore()).as("no spinning").isEmpty();
            poller.update(near(pair), Interest.HANGUP, Interest.HANGUP | Interest.READ, 9);
            assertThat(recorder.one().available()).isEqualTo(1);
            poller.forget(near(pair), 9);
        }
    }

    @Test
    void anUnknownWakerNamesThoseThatAre() {
        System.setProperty(WakerChoice.PROPERTY, "eventfd");
        try {
            assertThatThrownBy(() -> new KqueuePollerProvider().open())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("eventfd")
                    .hasMessageContaining("user or pipe");
        } finally {
            System.clearProperty(WakerChoice.PROPERTY);
        }
    }
}
