package io.fdflux.kqueue;

import static io.fdflux.posix.poll.Kqueue.ADD;
import static io.fdflux.posix.poll.Kqueue.CLEAR;
import static io.fdflux.posix.poll.Kqueue.DELETE;
import static io.fdflux.posix.poll.Kqueue.DISPATCH;
import static io.fdflux.posix.poll.Kqueue.ENABLE;
import static io.fdflux.posix.poll.Kqueue.FILTER_TIMER;
import static io.fdflux.posix.poll.Kqueue.FILTER_VNODE;
import static io.fdflux.posix.poll.Kqueue.NOTE_EXTEND;
import static io.fdflux.posix.poll.Kqueue.NOTE_RENAME;
import static io.fdflux.posix.poll.Kqueue.NOTE_WRITE;
import static io.fdflux.posix.poll.Kqueue.ONESHOT;
import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.posix.Errno;
import io.fdflux.posix.poll.KeventList;
import io.fdflux.posix.poll.Kqueue;
import io.fdflux.spi.FileChange;
import io.fdflux.spi.ReadinessSink;
import io.fdflux.spi.SourceKind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests which changes of sources are submitted, and what their events lead to, without a kernel. */
class SourceChangesTest {

    private static final int FD = 5;
    private static final long TOKEN = 77;
    private static final long OTHER = 78;
    private static final int ADD_FILE = ADD | ENABLE | CLEAR | DISPATCH;

    private record Change(long ident, int filter, int flags, int fflags, long data) {}

    private record Report(long token, long count, int detail, int errno) {}

    private final List<Report> reports = new ArrayList<>();
    private int submits;
    private SourceChanges changes = changes(DISPATCH);
    /** User data of the last submission. */
    private long serial;

    private SourceChanges changes(int once) {
        return new SourceChanges(once, TimerUnit.RELATIVE_MILLIS, () -> {
            submits++;
            submitted();
        });
    }

    private List<Change> submitted() {
        KeventList list = new KeventList(KeventList.Layout.BSD, SourceChanges.CHANGES_PER_CALL);
        changes.drainTo(list);
        List<Change> result = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            result.add(new Change(list.ident(i), list.filter(i), list.flags(i), list.fflags(i), list.data(i)));
            serial = list.udata(i);
        }
        return result;
    }

    private final ReadinessSink sink = new ReadinessSink() {
        @Override
        public void event(long token, int readiness, long available, int errno) {
            throw new AssertionError("no descriptor");
        }

        @Override
        public void occurred(long token, long count, int detail) {
            reports.add(new Report(token, count, detail, 0));
        }

        @Override
        public void sourceRefused(long token, int errno) {
            reports.add(new Report(token, 0, 0, errno));
        }
    };

    private List<Report> event(KeventList.Layout layout, int filter, long ident, int flags, int fflags, long data) {
        KeventList list = new KeventList(layout, 1);
        list.add(ident, filter, flags, fflags, data, serial);
        reports.clear();
        assertThat(changes.report(list, 0, sink)).isEqualTo(reports.size());
        return List.copyOf(reports);
    }

    private List<Report> fileEvent(int fflags) {
        return event(KeventList.Layout.BSD, FILTER_VNODE, FD, CLEAR, fflags, 0);
    }

    private List<Report> due() {
        reports.clear();
        assertThat(changes.reportDue(sink)).isEqualTo(reports.size());
        return List.copyOf(reports);
    }

    private void watchFile(long token, int bits) {
        assertThat(changes.watch(SourceKind.FILE, FD, bits, token)).isZero();
    }

    @Test
    void aFileIsAddedOnceAndArmedAgainOnDemandWithTheSameFlags() {
        watchFile(TOKEN, FileChange.WRITE | FileChange.RENAME);
        Change add = new Change(FD, FILTER_VNODE, ADD_FILE, NOTE_WRITE | NOTE_RENAME, 0);
        assertThat(submitted()).containsExactly(add);
        assertThat(submitted()).as("submitted once").isEmpty();
        assertThat(fileEvent(NOTE_WRITE)).containsExactly(new Report(TOKEN, 1, FileChange.WRITE, 0));
        assertThat(submitted()).as("no demand").isEmpty();
        changes.rearm(SourceKind.FILE, FD, TOKEN);
        changes.rearm(SourceKind.FILE, FD, TOKEN);
        assertThat(submitted()).containsExactly(add);
    }

    @Test
    void aWatchThatEndsBeforeItsSubmissionCostsNothing() {
        watchFile(TOKEN, FileChange.ALL);
        changes.unwatch(SourceKind.FILE, FD, TOKEN);
        assertThat(submitted()).isEmpty();
    }

    @Test
    void aWatchThatEndsIsDeletedAndItsEventsAreStale() {
        watchFile(TOKEN, FileChange.ALL);
        submitted();
        changes.unwatch(SourceKind.FILE, FD, TOKEN);
        changes.unwatch(SourceKind.FILE, FD, TOKEN);
        assertThat(fileEvent(NOTE_WRITE)).isEmpty();
        assertThat(submitted()).containsExactly(new Change(FD, FILTER_VNODE, DELETE, 0, 0));
        assertThat(event(KeventList.Layout.BSD, FILTER_VNODE, FD, Kqueue.ERROR, 0, Errno.ENOENT))
                .as("the number was closed before the deletion was submitted")
                .isEmpty();
    }

    @Test
    void anotherFileUnderTheNumberIsAddedBehindTheDeletionOfTheFirst() {
        watchFile(TOKEN, FileChange.WRITE);
        submitted();
        long first = serial;
        changes.unwatch(SourceKind.FILE, FD, TOKEN);
        watchFile(OTHER, FileChange.WRITE);
        assertThat(submitted()).extracting(Change::flags).containsExactly(DELETE, ADD_FILE);
        long second = serial;
        serial = first;
        assertThat(fileEvent(NOTE_WRITE)).as("of the first file").isEmpty();
        serial = second;
        assertThat(fileEvent(NOTE_WRITE)).containsExactly(new Report(OTHER, 1, FileChange.WRITE, 0));
    }

    @Test
    void watchesOfOneFileShareANoteAndGetWhatTheyAskedFor() {
        watchFile(TOKEN, FileChange.WRITE);
        submitted();
        watchFile(OTHER, FileChange.RENAME);
        assertThat(submitted()).containsExactly(new Change(FD, FILTER_VNODE, ADD_FILE, NOTE_WRITE | NOTE_RENAME, 0));
        assertThat(fileEvent(NOTE_WRITE | NOTE_EXTEND)).containsExactly(new Report(TOKEN, 1, FileChange.WRITE, 0));
        assertThat(submitted())
                .as("the other one is armed still")
                .extracting(Change::flags)
                .containsExactly(ADD_FILE);
        assertThat(fileEvent(NOTE_WRITE | NOTE_RENAME))
                .as("the first one has no demand")
                .containsExactly(new Report(OTHER, 1, FileChange.RENAME, 0));
        assertThat(due()).isEmpty();
        changes.rearm(SourceKind.FILE, FD, TOKEN);
        assertThat(changes.hasDue()).isTrue();
        assertThat(due()).containsExactly(new Report(TOKEN, 1, FileChange.WRITE, 0));
        assertThat(changes.hasDue()).isFalse();

        changes.unwatch(SourceKind.FILE, FD, TOKEN);
        assertThat(submitted()).as("the other one stays").isEmpty();
        changes.unwatch(SourceKind.FILE, FD, OTHER);
        assertThat(submitted()).extracting(Change::flags).containsExactly(DELETE);
    }

    @Test
    void aKernelWithoutDispatchReportsWithoutDemandAndTheChangesAreKept() {
        changes = changes(ONESHOT);
        watchFile(TOKEN, FileChange.ALL);
        assertThat(submitted()).extracting(Change::flags).containsExactly(ADD | ENABLE | CLEAR);
        assertThat(fileEvent(NOTE_WRITE)).hasSize(1);
        assertThat(fileEvent(NOTE_WRITE)).isEmpty();
        assertThat(fileEvent(NOTE_RENAME)).isEmpty();
        changes.rearm(SourceKind.FILE, FD, TOKEN);
        assertThat(due()).containsExactly(new Report(TOKEN, 1, FileChange.WRITE | FileChange.RENAME, 0));
        changes.rearm(SourceKind.FILE, FD, TOKEN);
        assertThat(submitted()).as("the kernel watches on").isEmpty();
        assertThat(fileEvent(NOTE_EXTEND)).containsExactly(new Report(TOKEN, 1, FileChange.EXTEND, 0));
    }

    @Test
    void aRefusedChangeFailsItsOwnWatches() {
        watchFile(TOKEN, FileChange.WRITE);
        watchFile(OTHER, FileChange.WRITE);
        submitted();
        assertThat(event(KeventList.Layout.BSD, FILTER_VNODE, FD, Kqueue.ERROR, 0, Errno.EBADF))
                .containsExactly(new Report(TOKEN, 0, 0, Errno.EBADF), new Report(OTHER, 0, 0, Errno.EBADF));
        changes.rearm(SourceKind.FILE, FD, TOKEN);
        changes.unwatch(SourceKind.FILE, FD, TOKEN);
        assertThat(submitted()).as("the kernel has nothing").isEmpty();
    }

    @Test
    void aCallThatFailedIsMadeAgainAndThenReported() {
        watchFile(TOKEN, FileChange.WRITE);
        List<Change> first = submitted();
        changes.requeue();
        assertThat(submitted()).isEqualTo(first);
        changes.lost(Errno.ENOMEM);
        assertThat(changes.hasDue()).isTrue();
        assertThat(due()).containsExactly(new Report(TOKEN, 0, 0, Errno.ENOMEM));
        changes.unwatch(SourceKind.FILE, FD, TOKEN);
        assertThat(submitted()).isEmpty();
    }

    @Test
    void aTimerIsAddedAgainForEachReport() {
        assertThat(changes.watch(SourceKind.TIMER, 0, 0, TOKEN)).isZero();
        assertThat(changes.watch(SourceKind.TIMER, 0, 0, OTHER)).isZero();
        Change add = new Change(TOKEN, FILTER_TIMER, ADD | ENABLE | ONESHOT, 0, 1);
        assertThat(submitted())
                .as("each under its own identifier")
                .containsExactly(add, new Change(OTHER, FILTER_TIMER, ADD | ENABLE | ONESHOT, 0, 1));
        assertThat(event(KeventList.Layout.BSD, FILTER_TIMER, OTHER, ONESHOT, 0, 4))
                .containsExactly(new Report(OTHER, 1, 0, 0));
        changes.unwatch(SourceKind.TIMER, 0, OTHER);
        assertThat(submitted()).as("its report has deleted it").isEmpty();
        changes.rearm(SourceKind.TIMER, 0, TOKEN);
        assertThat(submitted()).as("armed already").isEmpty();
    }

    @Test
    void aFullQueueIsSubmitted() {
        for (int i = 0; i <= SourceChanges.CHANGES_PER_CALL; i++) {
            assertThat(changes.watch(SourceKind.TIMER, 0, 0, i)).isZero();
        }
        assertThat(submits).isEqualTo(1);
        assertThat(submitted()).hasSize(1);
    }

    @Test
    void aDescriptorNumberThatNoKernelKnowsIsRefusedAtOnce() {
        assertThat(changes.watch(SourceKind.FILE, -1, FileChange.ALL, TOKEN)).isEqualTo(-Errno.EBADF);
        assertThat(changes.watch(SourceKind.FILE, 1L << 40, FileChange.ALL, TOKEN))
                .isEqualTo(-Errno.EBADF);
        assertThat(submitted()).isEmpty();
    }

    /** Every layout of the kernel's structs, because fflags of some events have the highest bit. */
    @ParameterizedTest
    @EnumSource
    void changesOfFilesAreTranslated(KeventList.Layout layout) {
        watchFile(TOKEN, FileChange.ALL);
        submitted();
        int all = NOTE_WRITE
                | NOTE_EXTEND
                | NOTE_RENAME
                | Kqueue.NOTE_DELETE
                | Kqueue.NOTE_ATTRIB
                | Kqueue.NOTE_LINK
                | Kqueue.NOTE_REVOKE;
        assertThat(event(layout, FILTER_VNODE, FD, CLEAR, all | 1 << 31, 0))
                .containsExactly(new Report(TOKEN, 1, FileChange.ALL, 0));
    }
}
