package io.fdflux.kqueue;

import static io.fdflux.kqueue.Recorder.far;
import static io.fdflux.kqueue.Recorder.near;
import static io.fdflux.spi.Interest.HANGUP;
import static io.fdflux.spi.Interest.NONE;
import static io.fdflux.spi.Interest.READ;
import static io.fdflux.spi.Interest.WRITE;
import static io.fdflux.spi.ReadinessSink.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.kqueue.Recorder.Event;
import io.fdflux.posix.Errno;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.socket.Sockets;
import io.fdflux.spi.Readiness;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests arming, events and disarming of one descriptor. */
@NeedsKqueue
class KqueuePollerTest {

    private static final long TOKEN = 1001;

    private KqueuePoller poller;
    private Recorder recorder;
    private Pipes.Pair pair;

    @BeforeEach
    void open() throws IOException {
        poller = new KqueuePoller(WakerChoice.AUTO);
        recorder = new Recorder(poller);
        pair = Pipes.socketPair();
    }

    @AfterEach
    void close() throws IOException {
        poller.close();
        pair.close();
    }

    private void arm(int interests) {
        assertThat(poller.update(near(pair), NONE, interests, TOKEN))
                .as("kernel calls")
                .isZero();
    }

    @Test
    void dataIsCountedAndReportedOnce() throws IOException {
        arm(READ);
        Recorder.write(far(pair), 5);
        assertThat(recorder.one()).isEqualTo(new Event(TOKEN, Readiness.READABLE, 5, 0));
        Recorder.write(far(pair), 2);
        assertThat(recorder.nothingMore()).as("disarmed by its event").isEmpty();
        arm(READ);
        assertThat(recorder.one()).as("data before arming").isEqualTo(new Event(TOKEN, Readiness.READABLE, 7, 0));
    }

    @Test
    void bothDirectionsAreWatchedAtOnce() throws IOException {
        Recorder.write(far(pair), 3);
        arm(READ | WRITE);
        assertThat(recorder.await(2))
                .containsExactlyInAnyOrder(
                        new Event(TOKEN, Readiness.READABLE, 3, 0), new Event(TOKEN, Readiness.WRITABLE, UNKNOWN, 0));
    }

    @Test
    void aDisarmedInterestIsNotReported() throws IOException {
        arm(READ);
        assertThat(recorder.nothingMore()).isEmpty();
        poller.update(near(pair), READ, NONE, TOKEN);
        Recorder.write(far(pair), 1);
        assertThat(recorder.nothingMore()).isEmpty();
        arm(READ);
        assertThat(recorder.one().available()).isEqualTo(1);
    }

    @Test
    void theEndIsReportedWithTheBytesBeforeIt() throws IOException {
        arm(READ);
        Recorder.write(far(pair), 3);
        pair.second().close();
        assertThat(recorder.one()).isEqualTo(new Event(TOKEN, Readiness.READABLE | Readiness.HANGUP, 3, 0));
        assertThat(Recorder.read(near(pair))).isEqualTo(3);
        arm(READ);
        assertThat(recorder.one()).isEqualTo(new Event(TOKEN, Readiness.READABLE | Readiness.HANGUP, 0, 0));
    }

    @Test
    void aHangupWatchIgnoresDataAndReportsTheEnd() throws IOException {
        arm(HANGUP);
        Recorder.write(far(pair), 3);
        assertThat(recorder.nothingMore()).isEmpty();
        Recorder.write(far(pair), 4);
        assertThat(recorder.nothingMore()).isEmpty();
        assertThat(Sockets.shutdownOutput(far(pair))).isZero();
        assertThat(recorder.one()).isEqualTo(new Event(TOKEN, Readiness.READABLE | Readiness.HANGUP, 7, 0));
        assertThat(recorder.nothingMore()).isEmpty();
    }

    @Test
    void aHangupWatchBecomesAReadAndBack() throws IOException {
        arm(HANGUP);
        Recorder.write(far(pair), 3);
        assertThat(recorder.nothingMore()).isEmpty();
        poller.update(near(pair), HANGUP, READ | HANGUP, TOKEN);
        assertThat(recorder.one()).isEqualTo(new Event(TOKEN, Readiness.READABLE, 3, 0));

        assertThat(Recorder.read(near(pair))).isEqualTo(3);
        arm(READ);
        assertThat(recorder.nothingMore()).isEmpty();
        poller.update(near(pair), READ, HANGUP, TOKEN);
        Recorder.write(far(pair), 1);
        assertThat(recorder.nothingMore()).isEmpty();
        pair.second().close();
        assertThat(recorder.one()).isEqualTo(new Event(TOKEN, Readiness.READABLE | Readiness.HANGUP, 1, 0));
    }

    @Test
    void dataReadBeforeItsEventIsNoEnd() throws IOException {
        arm(READ | HANGUP);
        assertThat(recorder.nothingMore()).isEmpty();
        Recorder.write(far(pair), 3);
        assertThat(Recorder.read(near(pair))).isEqualTo(3);
        assertThat(recorder.nothingMore()).extracting(Event::readiness).doesNotContain(Readiness.HANGUP);
    }

    @Test
    void aClosedPeerIsReportedWhileOnlyWriteIsArmed() throws IOException {
        Recorder.fill(near(pair));
        arm(WRITE);
        assertThat(recorder.nothingMore()).isEmpty();
        assertThat(Sockets.shutdownOutput(far(pair))).isZero();
        assertThat(recorder.one())
                .isEqualTo(new Event(TOKEN, Readiness.READABLE | Readiness.HANGUP | Readiness.WRITABLE, 0, 0));

        poller.update(near(pair), WRITE, NONE, TOKEN);
        arm(WRITE);
        assertThat(recorder.nothingMore()).as("reported once").isEmpty();
        assertThat(Recorder.read(far(pair))).isPositive();
        while (Recorder.read(far(pair)) > 0) {
            assertThat(far(pair)).isNotNegative(); // until the far end has read all
        }
        assertThat(recorder.one()).isEqualTo(new Event(TOKEN, Readiness.WRITABLE, UNKNOWN, 0));
    }

    @Test
    void aPipeWithoutReaderIsWritable() throws IOException {
        try (Pipes.Pair pipe = Pipes.pipe()) {
            Recorder.fill(far(pipe));
            poller.update(far(pipe), NONE, WRITE, TOKEN);
            assertThat(recorder.nothingMore()).isEmpty();
            pipe.first().close();
            assertThat(recorder.await(1)).isNotEmpty().anyMatch(e -> (e.readiness() & Readiness.WRITABLE) != 0);
            poller.forget(far(pipe), TOKEN);
        }
    }

    @Test
    void aChangeThatIsRefusedFailsItsOwnDescriptorOnly() throws IOException {
        int closed = 19_999;
        Recorder.write(far(pair), 1);
        poller.update(closed, NONE, READ | WRITE, TOKEN + 1);
        arm(READ);
        assertThat(recorder.await(3))
                .containsExactlyInAnyOrder(
                        new Event(TOKEN + 1, Readiness.ERROR, UNKNOWN, Errno.EBADF),
                        new Event(TOKEN + 1, Readiness.ERROR, UNKNOWN, Errno.EBADF),
                        new Event(TOKEN, Readiness.READABLE, 1, 0));
        poller.update(closed, READ | WRITE, NONE, TOKEN + 1);
        assertThat(recorder.nothingMore()).as("no refused disarm").isEmpty();
    }

    @Test
    void disarmingADroppedWatchIsNoError() throws IOException {
        arm(READ);
        assertThat(recorder.nothingMore()).isEmpty();
        pair.first().close(); // without forget, against the contract
        poller.update(near(pair), READ, NONE, TOKEN);
        assertThat(recorder.nothingMore()).isEmpty();
    }

    @Test
    void aNumberThatIsReusedGetsItsOwnEventsOnly() throws IOException {
        arm(READ);
        assertThat(recorder.nothingMore()).isEmpty();
        Recorder.write(far(pair), 1); // pending, and not polled
        poller.update(near(pair), READ, READ | WRITE, TOKEN); // queued for the old owner of the number
        int number = near(pair);
        poller.forget(number, TOKEN);
        pair.close();
        pair = Pipes.socketPair();
        assertThat(near(pair)).as("the kernel gives the lowest free number").isEqualTo(number);

        assertThat(recorder.nothingMore()).isEmpty();
        poller.update(number, NONE, READ, TOKEN + 1);
        assertThat(recorder.nothingMore()).isEmpty();
        Recorder.write(far(pair), 2);
        assertThat(recorder.one()).isEqualTo(new Event(TOKEN + 1, Readiness.READABLE, 2, 0));
    }

    @Test
    void eventsCarryTheNewToken() throws IOException {
        arm(READ);
        assertThat(recorder.nothingMore()).isEmpty();
        poller.update(near(pair), NONE, READ, TOKEN + 1);
        Recorder.write(far(pair), 1);
        assertThat(recorder.one().token()).isEqualTo(TOKEN + 1);
    }

    @Test
    void afterCloseItIsRefusedByName() {
        poller.close();
        poller.close();
        assertThatThrownBy(() -> recorder.poll(0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }
}
