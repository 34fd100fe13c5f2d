package io.fdflux.kqueue;

import static io.fdflux.posix.poll.Kqueue.ADD;
import static io.fdflux.posix.poll.Kqueue.CLEAR;
import static io.fdflux.posix.poll.Kqueue.DISPATCH;
import static io.fdflux.posix.poll.Kqueue.ENABLE;
import static io.fdflux.posix.poll.Kqueue.NOTE_EXIT;
import static io.fdflux.posix.poll.Kqueue.ONESHOT;
import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.posix.poll.KeventList;
import io.fdflux.posix.poll.Kqueue;
import io.fdflux.spi.SourceKind;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests signals, processes and times, which the kqueue of this machine may lack, in each layout of the struct. */
class SourceNoteTest {

    private static final int FILTER = 5;
    private static final long PID = 4711;
    private static final long SERIAL = 9;

    private static SourceNote note(SourceKind kind) {
        SourceNote note = new SourceNote(kind, new SourceNote.Key(FILTER, PID), SERIAL);
        note.watches.add(new SourceNote.Watch(1, 0));
        note.watches.add(new SourceNote.Watch(2, 0));
        return note;
    }

    private static KeventList added(SourceNote note, KeventList.Layout layout, TimerUnit unit) {
        KeventList list = new KeventList(layout, 1);
        note.changed = true;
        assertThat(note.addTo(list, DISPATCH, unit)).isTrue();
        assertThat(note.added).isTrue();
        assertThat(list.udata(0)).isEqualTo(SERIAL);
        return list;
    }

    @ParameterizedTest
    @EnumSource
    void signalsAreCountedForEachWatch(KeventList.Layout layout) {
        SourceNote note = note(SourceKind.SIGNAL);
        KeventList list = added(note, layout, TimerUnit.RELATIVE_MILLIS);
        assertThat(list.flags(0)).isEqualTo(ADD | ENABLE | CLEAR | DISPATCH);
        assertThat(list.fflags(0)).isZero();
        for (long data : new long[] {3, 2, 0}) { // at least one, whatever the kernel says
            KeventList events = new KeventList(layout, 1);
            events.add(PID, FILTER, CLEAR, 0, data, SERIAL);
            note.count(events, 0);
        }
        assertThat(note.watches).allMatch(watch -> watch.count == 6 && watch.seen == 0);
        assertThat(note.added).as("it stays").isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void theStatusOfAProcessIsTheData(KeventList.Layout layout) {
        SourceNote note = note(SourceKind.PROCESS);
        KeventList list = added(note, layout, TimerUnit.RELATIVE_MILLIS);
        assertThat(list.flags(0)).isEqualTo(ADD | ENABLE | ONESHOT);
        assertThat(list.fflags(0)).isEqualTo(NOTE_EXIT | Kqueue.NOTE_EXITSTATUS);
        KeventList events = new KeventList(layout, 1);
        events.add(PID, FILTER, ONESHOT | Kqueue.EOF, NOTE_EXIT | Kqueue.NOTE_EXITSTATUS, 0x700, SERIAL);
        note.count(events, 0);
        assertThat(note.watches).allMatch(watch -> watch.count == 1 && watch.seen == 0x700);
        assertThat(note.added).as("the kernel has deleted it").isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void aPointInTimeIsTakenByTheKernelOrCountedFromNow(KeventList.Layout layout) {
        SourceNote note = new SourceNote(SourceKind.TIMER, new SourceNote.Key(FILTER, 1), SERIAL);
        note.watches.add(new SourceNote.Watch(1, Long.MAX_VALUE));
        KeventList absolute = added(note, layout, TimerUnit.ABSOLUTE_NANOS);
        assertThat(absolute.data(0)).isEqualTo(Long.MAX_VALUE);
        assertThat(absolute.fflags(0)).isEqualTo(Kqueue.NOTE_ABSTIME | Kqueue.NOTE_NSECONDS);
        KeventList relative = added(note, layout, TimerUnit.RELATIVE_MILLIS);
        assertThat(relative.data(0)).as("a day at most").isEqualTo(86_400_000);
        assertThat(relative.fflags(0)).isZero();
    }

    /** Rounded up, and never 0, which some kernels refuse. */
    @ParameterizedTest
    @CsvSource({
        "1000000000, 1",
        "999999999, 1",
        "0, 1",
        "-5, 1",
        "1000000001, 1",
        "1001000000, 1",
        "1001000001, 2",
        "9223372036854775807, 86400000",
        "-9223372036854775808, 1"
    })
    void millisecondsUntilATime(long epochNanos, long millis) {
        assertThat(TimerUnit.millisUntil(epochNanos, Instant.ofEpochSecond(1))).isEqualTo(millis);
    }

    @Test
    void absoluteTimesAreNeverZero() {
        assertThat(TimerUnit.ABSOLUTE_NANOS.data(0)).isEqualTo(1);
        assertThat(TimerUnit.ABSOLUTE_NANOS.data(-7)).isEqualTo(1);
        assertThat(TimerUnit.ABSOLUTE_NANOS.data(7)).isEqualTo(7);
    }
}
