package io.fdflux.kqueue;

import static io.fdflux.posix.poll.Kqueue.DISPATCH;
import static io.fdflux.posix.poll.Kqueue.EOF;
import static io.fdflux.posix.poll.Kqueue.ERROR;
import static io.fdflux.posix.poll.Kqueue.FILTER_READ;
import static io.fdflux.posix.poll.Kqueue.FILTER_WRITE;
import static io.fdflux.spi.Interest.HANGUP;
import static io.fdflux.spi.Interest.NONE;
import static io.fdflux.spi.Interest.READ;
import static io.fdflux.spi.Interest.WRITE;
import static io.fdflux.spi.ReadinessSink.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.kqueue.Recorder.Event;
import io.fdflux.posix.Errno;
import io.fdflux.posix.poll.KeventList;
import io.fdflux.spi.Readiness;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests events that this kernel does not report, in each layout of {@code struct kevent}. */
class EventTranslationTest {

    private static final int FD = 5;
    private static final long TOKEN = 77;
    private static final int GONE = Readiness.WRITABLE | Readiness.HANGUP;

    private final ChangeQueue queue = new ChangeQueue(4);

    private Watch armed(int interests) {
        queue.want(FD, NONE, interests, TOKEN);
        queue.drainTo(new KeventList(KeventList.Layout.BSD, queue.mostChanges()), DISPATCH);
        return queue.owner(FD, TOKEN);
    }

    private static List<Event> reported(
            KeventList.Layout layout, Watch watch, int filter, int flags, int fflags, long data) {
        KeventList list = new KeventList(layout, 1);
        list.add(FD, filter, flags, fflags, data, TOKEN);
        List<Event> events = new ArrayList<>();
        boolean told = EventTranslation.report(
                list,
                0,
                watch,
                (token, readiness, available, errno) -> events.add(new Event(token, readiness, available, errno)));
        assertThat(told).isEqualTo(!events.isEmpty());
        return events;
    }

    @ParameterizedTest
    @EnumSource
    void theEndOnReadMakesABlockedWriterReadyAndLeavesItsWatch(KeventList.Layout layout) {
        Watch watch = armed(WRITE);
        assertThat(reported(layout, watch, FILTER_READ, EOF, 0, 0))
                .containsExactly(new Event(TOKEN, Readiness.READABLE | GONE, 0, 0));
        assertThat(watch.writeArmed()).as("the watch stays").isEqualTo(WRITE);
    }

    @ParameterizedTest
    @EnumSource
    void theEndOnReadIsNotWritableUnlessWriteIsArmed(KeventList.Layout layout) {
        assertThat(reported(layout, armed(READ), FILTER_READ, EOF, 0, 3))
                .containsExactly(new Event(TOKEN, Readiness.READABLE | Readiness.HANGUP, 3, 0));
    }

    @ParameterizedTest
    @EnumSource
    void aResetIsReportedOnceWithItsErrno(KeventList.Layout layout) {
        assertThat(reported(layout, armed(READ | WRITE), FILTER_READ, EOF, Errno.ECONNRESET, 3))
                .containsExactly(
                        new Event(TOKEN, Readiness.READABLE | Readiness.HANGUP | Readiness.ERROR, 3, Errno.ECONNRESET));
    }

    @ParameterizedTest
    @EnumSource
    void anOutputThatEndedIsNoHangup(KeventList.Layout layout) {
        Watch watch = armed(WRITE);
        assertThat(reported(layout, watch, FILTER_WRITE, EOF, 0, 0))
                .containsExactly(new Event(TOKEN, Readiness.WRITABLE, UNKNOWN, 0));
        assertThat(watch.writeArmed()).isEqualTo(NONE);
    }

    @ParameterizedTest
    @EnumSource
    void aWriteRefusedWithEpipeIsALostReader(KeventList.Layout layout) {
        Watch watch = armed(WRITE);
        assertThat(reported(layout, watch, FILTER_WRITE, ERROR, 0, Errno.EPIPE))
                .containsExactly(new Event(TOKEN, GONE, UNKNOWN, 0));
        assertThat(watch.writeArmed()).as("the kernel has no watch").isEqualTo(NONE);
    }

    @ParameterizedTest
    @EnumSource
    void aWriteRefusedWithEbadfIsALostReaderIfReadIsAccepted(KeventList.Layout layout) {
        Watch watch = armed(WRITE);
        assertThat(reported(layout, watch, FILTER_WRITE, ERROR, 0, Errno.EBADF))
                .containsExactly(new Event(TOKEN, GONE, UNKNOWN, 0));
        reported(layout, watch, FILTER_READ, EOF, 0, 0);
        armed(WRITE); // READ is not armed again after the end
        assertThat(reported(layout, watch, FILTER_WRITE, ERROR, 0, Errno.EBADF))
                .containsExactly(new Event(TOKEN, GONE, UNKNOWN, 0));
    }

    @ParameterizedTest
    @EnumSource
    void aNumberThatIsNotOpenIsRefusedTwice(KeventList.Layout layout) {
        Watch watch = armed(READ | WRITE | HANGUP);
        for (int filter : new int[] {FILTER_READ, FILTER_WRITE}) {
            assertThat(reported(layout, watch, filter, ERROR, 0, Errno.EBADF))
                    .containsExactly(new Event(TOKEN, Readiness.ERROR, UNKNOWN, Errno.EBADF));
        }
    }
}
