package io.fdflux.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.posix.Errno;
import io.fdflux.spi.Interest;
import io.fdflux.spi.Readiness;
import io.fdflux.spi.ReadinessSink;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each event as a recording of the JDK's Flight Recorder has it, and what it costs while there is none. */
class FlightRecorderTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @TempDir
    private Path folder;

    private final Engine engine = new Engine(new RefusingPoller(), "the test's loop");
    private final Listener listener = new Listener();
    private final Registration registration = engine.register(listener);
    private long now = 1;
    private int clockReads;

    private final LoopContext loop = new StillLoop(true) {
        @Override
        public long nanoTime() {
            clockReads++;
            return now;
        }
    };

    /** Refuses each watch. */
    private static final class RefusingPoller extends SilentPoller {

        private long refused = -1;

        @Override
        public int update(int fd, int before, int present, long token) {
            if (present != Interest.NONE) {
                refused = token;
            }
            return 1;
        }

        @Override
        public int poll(long timeoutNanos, ReadinessSink sink) {
            if (refused < 0) {
                return 0;
            }
            long token = refused;
            refused = -1;
            sink.event(token, Readiness.ERROR, ReadinessSink.UNKNOWN, Errno.EPERM);
            return 1;
        }
    }

    private final class Listener implements Handle {

        private int described;
        private long readNanos;

        @Override
        public int fd() {
            return 7;
        }

        @Override
        public boolean isStream() {
            return false;
        }

        @Override
        public void attemptRead() {
            now += readNanos;
            registration.dropRead();
            registration.onRead(1, 1);
        }

        @Override
        public void attemptWrite() {
            throw new AssertionError("no attempt to write is expected");
        }

        @Override
        public void onHangup() {
            throw new AssertionError("no hang-up is expected");
        }

        @Override
        public void onWatchRefused(int errno) {
            registration.dropRead();
        }

        @Override
        public void close() {
            registration.cancel();
        }

        @Override
        public String toString() {
            described++;
            return "the listener";
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private List<RecordedEvent> record(Recording recording, Work work) throws IOException {
        Path file = folder.resolve("events.jfr");
        try (recording) {
            recording.start();
            work.run();
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file);
    }

    /** A recording of one event only: all are on by default. */
    private static Recording of(String event) {
        Recording recording = new Recording();
        Stream.of("LongTurn", "EagainStorm", "AcceptBackOff", "RefusedChange")
                .forEach(each -> recording.disable("io.fdflux." + each));
        recording.enable("io.fdflux." + event);
        return recording;
    }

    private void turn(long ioNanos, long taskNanos) {
        listener.readNanos = ioNanos;
        registration.wantRead();
        now += taskNanos;
        engine.iterate(loop);
    }

    @Test
    void aLongTurnHasItsPartsAndItsThread() throws IOException {
        Recording recording = of("LongTurn");
        recording.enable("io.fdflux.LongTurn").withThreshold(Duration.ofMillis(1));
        List<RecordedEvent> events = record(recording, () -> {
            engine.iterate(loop);
            takeMoreThan(1); // by the recorder's clock
            turn(500, 30);
        });
        assertThat(events).singleElement().satisfies(event -> {
            assertThat(event.getEventType().getName()).isEqualTo("io.fdflux.LongTurn");
            assertThat(event.getLong("ioTime")).isEqualTo(500);
            assertThat(event.getLong("taskTime")).isEqualTo(30);
            assertThat(event.getDuration()).isGreaterThanOrEqualTo(Duration.ofMillis(1));
            assertThat(event.getThread().getJavaName())
                    .isEqualTo(Thread.currentThread().getName());
        });
    }

    private static void takeMoreThan(int millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis + 1L);
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    /** As in the JDK's own settings, which a recording without any has. */
    @Test
    void theThresholdIsTwentyMillisecondsByDefault() throws IOException {
        List<RecordedEvent> events = record(new Recording(), () -> {
            engine.iterate(loop);
            takeMoreThan(20);
            turn(500, 30);
        });
        assertThat(events)
                .filteredOn(event -> event.getEventType().getName().equals("io.fdflux.LongTurn"))
                .isNotEmpty()
                .allSatisfy(event -> assertThat(event.getDuration()).isGreaterThanOrEqualTo(Duration.ofMillis(20)));
    }

    @Test
    void shorterTurnsAreNotRecorded() throws IOException {
        Recording recording = of("LongTurn");
        recording.enable("io.fdflux.LongTurn").withThreshold(Duration.ofHours(1));
        assertThat(record(recording, () -> {
                    engine.iterate(loop);
                    turn(500, 30);
                }))
                .isEmpty();
        assertThat(clockReads).as("turns are measured").isPositive();
    }

    private void calls(int reads, int readEagains) {
        for (int i = 0; i < reads; i++) {
            registration.counters().readCall(1);
        }
        for (int i = 0; i < readEagains; i++) {
            registration.counters().readCall(-Errno.EAGAIN);
            registration.onReadWouldBlock();
        }
    }

    @Test
    void aSecondInWhichMostCallsWouldBlockIsAStorm() throws IOException {
        int eagains = (int) EagainWatch.MANY;
        List<RecordedEvent> events = record(of("EagainStorm"), () -> {
            engine.iterate(loop);
            engine.iterate(loop);
            calls(eagains - 1, eagains);
            now += SECOND - 1;
            engine.iterate(loop); // not yet
            now += 1;
            engine.iterate(loop);
            now += SECOND;
            engine.iterate(loop); // a quiet second
        });
        assertThat(events).singleElement().satisfies(event -> {
            assertThat(event.getLong("readEagains")).isEqualTo(eagains);
            assertThat(event.getLong("writeEagains")).isZero();
            assertThat(event.getLong("calls")).isEqualTo(2L * eagains - 1);
            assertThat(event.getLong("period")).isEqualTo(SECOND);
        });
    }

    @Test
    void fewEagainsOrManyAmongMoreReadsAreNone() throws IOException {
        int eagains = (int) EagainWatch.MANY;
        assertThat(record(of("EagainStorm"), () -> {
                    engine.iterate(loop);
                    engine.iterate(loop);
                    calls(0, eagains - 1);
                    now += SECOND;
                    engine.iterate(loop);
                    calls(eagains, eagains);
                    now += SECOND;
                    engine.iterate(loop);
                }))
                .isEmpty();
    }

    @Test
    void aPauseOfAListenerIsAnEvent() throws IOException {
        List<RecordedEvent> events = record(of("AcceptBackOff"), () -> {
            registration.onAcceptBackOff(Errno.EMFILE, 100);
            registration.onAcceptBackOff(0, 200);
        });
        assertThat(events).hasSize(2);
        assertThat(events.getFirst().getString("listener")).isEqualTo("the listener");
        assertThat(events.getFirst().getString("errno")).isEqualTo("EMFILE");
        assertThat(events.getFirst().getLong("pause")).isEqualTo(100);
        assertThat(events.getLast().getString("errno")).isNull();
        assertThat(events.getLast().getLong("pause")).isEqualTo(200);
    }

    @Test
    void aRefusedChangeIsAnEvent() throws IOException {
        List<RecordedEvent> events = record(of("RefusedChange"), this::refuse);
        assertThat(events).singleElement().satisfies(event -> {
            assertThat(event.getString("owner")).isEqualTo("the listener");
            assertThat(event.getString("errno")).isEqualTo("EPERM");
        });
    }

    private void refuse() {
        registration.doNotSpeculate();
        registration.wantRead();
        engine.iterate(loop);
        engine.iterate(loop);
    }

    /** Without a recording, and in one of other events: no clock is read, and no text made. */
    @Test
    void whatNobodyRecordsCostsNothing() throws IOException {
        everything();
        assertThat(record(of("Other"), this::everything)).isEmpty();
        assertThat(engine.counters().get(Counters.REFUSED_CHANGES)).isEqualTo(2);
        assertThat(engine.counters().get(Counters.ACCEPT_BACK_OFFS)).isEqualTo(2);
        assertThat(clockReads).isZero();
        assertThat(listener.described).isZero();
    }

    private void everything() {
        engine.refused(listener, Errno.EPERM);
        turn(500, 30);
        registration.onAcceptBackOff(Errno.EMFILE, 100);
    }
}
