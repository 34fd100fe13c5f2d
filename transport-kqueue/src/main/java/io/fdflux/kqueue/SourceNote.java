package io.fdflux.kqueue;

import io.fdflux.posix.poll.KeventList;
import io.fdflux.posix.poll.Kqueue;
import io.fdflux.spi.FileChange;
import io.fdflux.spi.ReadinessSink;
import io.fdflux.spi.SourceKind;
import java.util.ArrayList;
import java.util.List;

/**
 * One event of the kernel that is no descriptor's readiness, with those who watch it. A kqueue has one per filter and
 * identifier, so several watches share it. Owner thread only.
 */
final class SourceNote {

    /** One watch: its demand, and what has occurred since its last report. */
    static final class Watch {

        final long token;
        /** The {@link FileChange} bits of a file, the time of a timer. */
        final long detail;

        boolean armed = true;
        long count;
        int seen;

        Watch(long token, long detail) {
            this.token = token;
            this.detail = detail;
        }
    }

    /** What identifies it in the kernel. */
    record Key(int filter, long ident) {}

    private static final int[][] FILE_BITS = {
        {FileChange.WRITE, Kqueue.NOTE_WRITE},
        {FileChange.EXTEND, Kqueue.NOTE_EXTEND},
        {FileChange.DELETE, Kqueue.NOTE_DELETE},
        {FileChange.RENAME, Kqueue.NOTE_RENAME},
        {FileChange.ATTRIBUTES, Kqueue.NOTE_ATTRIB},
        {FileChange.LINK, Kqueue.NOTE_LINK},
        {FileChange.REVOKE, Kqueue.NOTE_REVOKE},
    };

    final SourceKind kind;
    final Key key;
    /** Its user data. An event with another one is of a note that has ended. */
    final long serial;

    final List<Watch> watches = new ArrayList<>(1);

    /** Whether the kernel has it. */
    boolean added;
    /** Whether the kernel reports it. */
    boolean enabled;
    /** Whether a new watch may need other flags than those that the kernel has. */
    boolean changed;
    /** Whether it stands on the queue. */
    boolean queued;
    /** Whether nobody watches it any more. */
    boolean ended;
    /** Whether to do without the status of a process, which macOS tells of those alone that may be signalled. */
    boolean withoutStatus;

    SourceNote(SourceKind kind, Key key, long serial) {
        this.kind = kind;
        this.key = key;
        this.serial = serial;
    }

    Watch find(long token) {
        for (Watch watch : watches) {
            if (watch.token == token) {
                return watch;
            }
        }
        return null;
    }

    boolean isArmed() {
        for (Watch watch : watches) {
            if (watch.armed) {
                return true;
            }
        }
        return false;
    }

    /** Whether the kernel deletes it with its report. */
    boolean isOnce() {
        return kind == SourceKind.PROCESS || kind == SourceKind.TIMER;
    }

    /** Adds or enables it in the kernel, unless it is there as it should be. Returns whether this took a change. */
    boolean addTo(KeventList changes, int dispatch, TimerUnit timerUnit) {
        if (!changed && (enabled || !isArmed())) {
            return false;
        }
        int flags = Kqueue.ADD | Kqueue.ENABLE | (isOnce() ? Kqueue.ONESHOT : Kqueue.CLEAR | dispatch);
        int fflags = switch (kind) {
            case SIGNAL -> 0;
            case FILE -> noteBits();
            case PROCESS -> Kqueue.NOTE_EXIT | (withoutStatus ? 0 : Kqueue.NOTE_EXITSTATUS);
            case TIMER -> timerUnit.fflags();
        };
        long data = kind == SourceKind.TIMER ? timerUnit.data(watches.getFirst().detail) : 0;
        added = true;
        enabled = true;
        changed = false;
        changes.add(key.ident(), key.filter(), flags, fflags, data, serial);
        return true;
    }

    /** Deletes it from the kernel, unless it is not there. Returns whether this took a change. */
    boolean deleteFrom(KeventList changes) {
        if (!added) {
            return false;
        }
        added = false;
        changes.add(key.ident(), key.filter(), Kqueue.DELETE, 0, 0, serial);
        return true;
    }

    /** The union of what the watches want to know, in the kernel's bits. */
    private int noteBits() {
        long wanted = 0;
        for (Watch watch : watches) {
            wanted |= watch.detail;
        }
        int bits = 0;
        for (int[] pair : FILE_BITS) {
            bits |= (wanted & pair[0]) != 0 ? pair[1] : 0;
        }
        return bits;
    }

    /** Counts an event for every watch. */
    void count(KeventList list, int i) {
        added &= !isOnce();
        switch (kind) {
            case SIGNAL -> count(Math.max(1, list.data(i)), 0);
            case FILE -> countChanges(fileChanges(list.fflags(i)));
            case PROCESS -> count(1, status(list, i));
            case TIMER -> count(1, 0);
        }
    }

    private void count(long times, int what) {
        for (Watch watch : watches) {
            watch.count += times;
            watch.seen = what;
        }
    }

    private void countChanges(int bits) {
        for (Watch watch : watches) {
            if ((bits & watch.detail) != 0) {
                watch.count = 1;
                watch.seen |= bits & (int) watch.detail;
            }
        }
    }

    private static int status(KeventList list, int i) {
        boolean known = Kqueue.NOTE_EXITSTATUS == 0 || (list.fflags(i) & Kqueue.NOTE_EXITSTATUS) != 0;
        return known ? (int) list.data(i) : ReadinessSink.UNKNOWN_STATUS;
    }

    /** Translates the kernel's bits. */
    static int fileChanges(int noteBits) {
        int changes = 0;
        for (int[] pair : FILE_BITS) {
            changes |= (noteBits & pair[1]) != 0 ? pair[0] : 0;
        }
        return changes;
    }
}
