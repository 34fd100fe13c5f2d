package io.fdflux.kqueue;

import static io.fdflux.kqueue.Recorder.far;
import static io.fdflux.kqueue.Recorder.near;
import static io.fdflux.spi.Interest.HANGUP;
import static io.fdflux.spi.Interest.NONE;
import static io.fdflux.spi.Interest.READ;
import static io.fdflux.spi.Interest.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.kqueue.Recorder.Event;
import io.fdflux.posix.Errno;
import io.fdflux.posix.Pipes;
import io.fdflux.spi.Readiness;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests more changes and events than the lists' capacity. */
@NeedsKqueue
class KqueueLoadTest {

    private static final int MANY = 1000;

    private final List<Pipes.Pair> pairs = new ArrayList<>();
    private KqueuePoller poller;
    private Recorder recorder;

    @BeforeEach
    void open() throws IOException {
        poller = new KqueuePoller(WakerChoice.AUTO);
        recorder = new Recorder(poller);
        for (int i = 0; i < MANY; i++) {
            pairs.add(Pipes.socketPair());
        }
    }

    @AfterEach
    void close() throws IOException {
        poller.close();
        for (Pipes.Pair pair : pairs) {
            pair.close();
        }
    }

    private int armAll(int interests) {
        int calls = 0;
        for (int i = 0; i < MANY; i++) {
            calls += poller.update(near(pairs.get(i)), NONE, interests, i);
        }
        return calls;
    }

    private void forgetAll() {
        for (int i = 0; i < MANY; i++) {
            poller.forget(near(pairs.get(i)), i);
        }
    }

    private static long[] everyToken() {
        return LongStream.range(0, MANY).toArray();
    }

    @Test
    void aFullChangeListIsSubmittedBeforeTheWait() throws IOException {
        assertThat(armAll(READ)).isEqualTo((MANY - 1) / KqueuePoller.DESCRIPTORS_PER_CALL);
        assertThat(recorder.nothingMore()).isEmpty();
        pairs.forEach(pair -> Recorder.write(far(pair), 1));
        assertThat(recorder.await(MANY)).extracting(Event::token).containsExactlyInAnyOrder(boxed(everyToken()));
    }

    @Test
    void eventsOfASubmissionAreKeptForThePoll() throws IOException {
        pairs.forEach(pair -> Recorder.write(far(pair), 1));
        armAll(READ | WRITE | HANGUP);
        List<Event> events = recorder.await(2 * MANY);
        assertThat(events).hasSize(2 * MANY);
        assertThat(events)
                .filteredOn(e -> e.readiness() == Readiness.READABLE)
                .extracting(Event::token)
                .containsExactlyInAnyOrder(boxed(everyToken()));
        assertThat(recorder.nothingMore()).isEmpty();
    }

    @Test
    void refusalsInASubmissionAreKeptToo() throws IOException {
        Recorder.write(far(pairs.getLast()), 1);
        for (int i = 0; i < MANY; i++) {
            poller.update(18_000 + i, NONE, READ, MANY + i);
            poller.update(near(pairs.get(i)), NONE, READ, i);
        }
        List<Event> events = recorder.await(MANY + 1);
        assertThat(events)
                .filteredOn(e -> e.readiness() == Readiness.ERROR)
                .hasSize(MANY)
                .allMatch(e -> e.errno() == Errno.EBADF && e.token() >= MANY);
        assertThat(events)
                .filteredOn(e -> e.readiness() == Readiness.READABLE)
                .singleElement()
                .extracting(Event::token)
                .isEqualTo(MANY - 1L);
    }

    @Test
    void anEventThatWasKeptIsDroppedWithItsDescriptor() throws IOException {
        pairs.forEach(pair -> Recorder.write(far(pair), 1));
        armAll(READ);
        forgetAll();
        assertThat(recorder.nothingMore()).isEmpty();
    }

    @Test
    void theEventListGrowsWhenItCameBackFull() throws IOException {
        armAll(READ);
        assertThat(recorder.nothingMore()).isEmpty();
        pairs.forEach(pair -> Recorder.write(far(pair), 1));
        assertThat(poller.capacity()).isEqualTo(KqueuePoller.FIRST_CAPACITY);
        assertThat(recorder.poll(0)).hasSize(KqueuePoller.FIRST_CAPACITY);
        assertThat(poller.capacity()).isEqualTo(2 * KqueuePoller.FIRST_CAPACITY);
        assertThat(recorder.await(MANY - KqueuePoller.FIRST_CAPACITY)).hasSize(MANY - KqueuePoller.FIRST_CAPACITY);

        armAll(READ);
        int ready = recorder.poll(0).size();
        ready += recorder.poll(0).size();
        assertThat(ready).isEqualTo(MANY);
    }

    @Test
    void armingAgainFromTheSinkGoesOn() throws IOException {
        pairs.forEach(pair -> Recorder.write(far(pair), 1));
        armAll(READ);
        int[] times = new int[MANY];
        for (int round = 0; round < 20; round++) {
            poller.poll(0, (token, readiness, available, errno) -> {
                times[(int) token]++;
                poller.update(near(pairs.get((int) token)), NONE, READ, token);
            });
        }
        assertThat(times).as("each is reported").doesNotContain(0);
    }

    @Test
    void closingFromTheSinkDropsLaterEvents() throws IOException {
        pairs.forEach(pair -> Recorder.write(far(pair), 1));
        armAll(READ);
        int[] heard = new int[1];
        poller.poll(0, (token, readiness, available, errno) -> {
            heard[0]++;
            forgetAll();
        });
        assertThat(heard[0]).isEqualTo(1);
    }

    @Test
    void aDescriptorMayBeClosedByAnotherThreadDuringTheWait() throws Exception {
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < MANY / 10; i++) {
                poller.update(near(pairs.get(i)), NONE, i % 2 == 0 ? READ : READ | WRITE | HANGUP, round * MANY + i);
            }
            Thread closer = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < MANY / 10; i++) {
                    Recorder.write(far(pairs.get(i)), 1); // races its event with the close
                    closeNear(i);
                    poller.wakeup();
                }
            });
            do {
                recorder.poll(Recorder.SOON / 20);
            } while (closer.isAlive());
            closer.join();
            for (int i = 0; i < MANY / 10; i++) {
                Pipes.Pair pair = pairs.get(i);
                assertThat(Recorder.read(far(pair)))
                        .as("the peer sees the close")
                        .isIn(0, -Errno.ECONNRESET);
                poller.forget(near(pair), (long) round * MANY + i);
                pair.close();
                pairs.set(i, Pipes.socketPair());
            }
        }
        assertThat(recorder.nothingMore()).as("events of closed descriptors").isEmpty();
    }

    private void closeNear(int index) {
        try {
            pairs.get(index).first().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Long[] boxed(long[] values) {
        return LongStream.of(values).boxed().toArray(Long[]::new);
    }
}
