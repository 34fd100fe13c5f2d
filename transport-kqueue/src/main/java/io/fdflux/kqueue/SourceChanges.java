package io.fdflux.kqueue;

import static io.fdflux.posix.poll.Kqueue.DISPATCH;

import io.fdflux.posix.Errno;
import io.fdflux.posix.poll.JvmSignals;
import io.fdflux.posix.poll.KeventList;
import io.fdflux.posix.poll.Kqueue;
import io.fdflux.spi.ReadinessSink;
import io.fdflux.spi.SourceKind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * Collects changes of kernel sources until the next kevent(2), and reports their events: beside {@link ChangeQueue}, in
 * the same calls. Owner thread only.
 *
 * <pre>
 * kind      filter          added with                               its fflags, data
 * SIGNAL    EVFILT_SIGNAL   EV_ADD|EV_ENABLE|EV_CLEAR|EV_DISPATCH    none
 * FILE      EVFILT_VNODE    the same                                 the wanted NOTE_* bits
 * PROCESS   EVFILT_PROC     EV_ADD|EV_ENABLE|EV_ONESHOT              NOTE_EXIT; NOTE_EXITSTATUS on macOS
 * TIMER     EVFILT_TIMER    EV_ADD|EV_ENABLE|EV_ONESHOT              see {@link TimerUnit}
 * </pre>
 *
 * EV_CLEAR starts a new count with each report. EV_DISPATCH disables the note, and the kernel counts on, see knote()
 * and kqueue_scan() in FreeBSD's sys/kern/kern_event.c. Adding it again enables it, and reports what was counted.
 * Adding repeats the flags, because FreeBSD stores those of every change. A kernel that lacks EV_DISPATCH, or ignores
 * it beside EV_CLEAR, reports without demand; then the count is kept here until it is asked for.
 */
final class SourceChanges {

    /** The most changes per call. */
    static final int CHANGES_PER_CALL = 64;

    private static final Runnable NO_LISTENER = () -> {};

    private record Failure(SourceNote note, int errno) {}

    private final TimerUnit timerUnit;
    private final Runnable submit;
    /** EV_DISPATCH, or 0 in kernels without. */
    private final int dispatch;

    private final Map<SourceNote.Key, SourceNote> notes = new HashMap<>();
    private final Queue<SourceNote> queue = new ArrayDeque<>();
    /** The notes of the last {@link #drainTo}, until the fate of their changes is known. */
    private final List<SourceNote> drained = new ArrayList<>();
    /** Notes with watches whose count was kept here, and that were armed since. */
    private final Queue<SourceNote> due = new ArrayDeque<>();

    private final Queue<Failure> failures = new ArrayDeque<>();
    private long nextSerial;

    /**
     * Makes an empty queue.
     *
     * @param once   the flag for one report, EV_DISPATCH or EV_ONESHOT
     * @param submit submits the queue, with those of descriptors
     */
    SourceChanges(int once, TimerUnit timerUnit, Runnable submit) {
        this.dispatch = once == DISPATCH ? DISPATCH : 0;
        this.timerUnit = timerUnit;
        this.submit = submit;
    }

    /** Leaves fewer changes than one call takes. */
    void submitFull() {
        while (queue.size() >= CHANGES_PER_CALL) {
            submit.run();
        }
    }

    // ---- changes

    /** As {@link io.fdflux.spi.EventSources#watch}. */
    int watch(SourceKind kind, long ident, long detail, long token) {
        if (!SourceFilter.isOffered(kind)) {
            return -Errno.ENOSYS;
        }
        int refusal = SourceFilter.refusal(kind, ident);
        if (refusal != 0) {
            return -refusal;
        }
        submitFull();
        SourceNote note = notes.computeIfAbsent(
                SourceFilter.key(kind, ident, token), key -> new SourceNote(kind, key, nextSerial++));
        note.watches.add(new SourceNote.Watch(token, detail));
        note.changed = true;
        queue(note);
        return kind == SourceKind.SIGNAL ? takeSignal(ident, token) : 0;
    }

    /**
     * Takes the JVM's reaction to a signal away, once the kernel counts its deliveries. In the other order, a delivery
     * between the two would be lost.
     */
    private int takeSignal(long number, long token) {
        submit.run();
        int result = JvmSignals.take((int) number, NO_LISTENER);
        if (result < 0) {
            end(SourceKind.SIGNAL, number, token);
        }
        return result;
    }

    /** As {@link io.fdflux.spi.EventSources#rearm}. */
    void rearm(SourceKind kind, long ident, long token) {
        submitFull();
        SourceNote note = notes.get(SourceFilter.key(kind, ident, token));
        SourceNote.Watch watch = note == null ? null : note.find(token);
        if (watch == null || watch.armed) {
            return;
        }
        watch.armed = true;
        if (watch.count > 0) {
            due.add(note); // the next poll does not wait, and adds what the kernel has counted since
        }
        if (!note.enabled) {
            queue(note);
        }
    }

    /** As {@link io.fdflux.spi.EventSources#unwatch}. */
    void unwatch(SourceKind kind, long ident, long token) {
        submitFull();
        if (end(kind, ident, token) && kind == SourceKind.SIGNAL) {
            JvmSignals.release((int) ident, NO_LISTENER);
        }
    }

    private boolean end(SourceKind kind, long ident, long token) {
        SourceNote note = notes.get(SourceFilter.key(kind, ident, token));
        SourceNote.Watch watch = note == null ? null : note.find(token);
        if (watch == null) {
            return false;
        }
        note.watches.remove(watch);
        if (note.watches.isEmpty()) {
            notes.remove(note.key);
            note.ended = true;
            if (note.added) {
                queue(note);
            }
        }
        return true;
    }

    private void queue(SourceNote note) {
        if (!note.queued) {
            note.queued = true;
            queue.add(note);
        }
    }

    /** Turns the queue into changes for the kernel, {@link #CHANGES_PER_CALL} at most. */
    void drainTo(KeventList changes) {
        drained.clear();
        while (drained.size() < CHANGES_PER_CALL && !queue.isEmpty()) {
            SourceNote note = queue.poll();
            note.queued = false;
            if (note.ended ? note.deleteFrom(changes) : note.addTo(changes, dispatch, timerUnit)) {
                drained.add(note);
            }
        }
    }

    /** Queues the changes of the last {@link #drainTo} again, after the kernel has refused all of them. */
    void requeue() {
        for (SourceNote note : drained) {
            note.added = true; // or not: deleting what is not there does no harm
            note.changed = true;
            note.enabled = false;
            queue(note);
        }
        drained.clear();
    }

    /** Notes that the kernel has refused all changes of the last {@link #drainTo}, for the next {@link #reportDue}. */
    void lost(int errno) {
        for (SourceNote note : drained) {
            if (!note.ended) {
                failures.add(new Failure(note, errno));
            }
        }
        drained.clear();
    }

    /** Ends all watches, for a kqueue that is closed. */
    void close() {
        for (SourceNote note : notes.values()) {
            releaseSignals(note);
        }
        notes.clear();
    }

    private static void releaseSignals(SourceNote note) {
        if (note.kind == SourceKind.SIGNAL) {
            note.watches.forEach(watch -> JvmSignals.release((int) note.key.ident(), NO_LISTENER));
        }
    }

    // ---- reports

    /** Whether {@link #reportDue} has something to report, so that the poller must not wait. */
    boolean hasDue() {
        return !due.isEmpty() || !failures.isEmpty();
    }

    /** Reports what needs no event, after the events. Returns the number of reports. */
    int reportDue(ReadinessSink sink) {
        int reported = 0;
        for (Failure failure = failures.poll(); failure != null; failure = failures.poll()) {
            reported += refuse(failure.note(), failure.errno(), sink);
        }
        for (SourceNote note = due.poll(); note != null; note = due.poll()) {
            reported += deliver(note, sink);
        }
        return reported;
    }

    /** Reports one event of {@link SourceFilter#isSource}. Returns the number of reports. */
    int report(KeventList list, int i, ReadinessSink sink) {
        SourceNote note = notes.get(new SourceNote.Key(list.filter(i), list.ident(i)));
        if (note == null || note.serial != list.udata(i)) {
            return 0; // unwatched since, or a refused EV_DELETE
        }
        if ((list.flags(i) & Kqueue.ERROR) != 0) {
            return onRefused(note, (int) list.data(i), sink);
        }
        note.enabled &= dispatch == 0 && !note.isOnce();
        note.count(list, i);
        if (note.kind == SourceKind.PROCESS) {
            notes.remove(note.key); // it ends once
        }
        return deliver(note, sink);
    }

    /** Reports to the armed watches of a note, and arms it again if some have nothing to report. */
    private int deliver(SourceNote note, ReadinessSink sink) {
        int reported = 0;
        for (SourceNote.Watch watch : List.copyOf(note.watches)) { // the sink may watch and unwatch
            if (watch.armed && watch.count > 0 && note.watches.contains(watch)) {
                long count = watch.count;
                int seen = watch.seen;
                watch.armed = false;
                watch.count = 0;
                watch.seen = 0;
                sink.occurred(watch.token, count, seen);
                reported++;
            }
        }
        if (notes.get(note.key) == note && note.isArmed() && !note.enabled) {
            queue(note);
        }
        return reported;
    }

    private int onRefused(SourceNote note, int errno, ReadinessSink sink) {
        if (note.kind == SourceKind.PROCESS && errno == Errno.EACCES && !note.withoutStatus) {
            note.withoutStatus = true;
            note.enabled = false;
            queue(note);
            return 0;
        }
        return refuse(note, errno, sink);
    }

    private int refuse(SourceNote note, int errno, ReadinessSink sink) {
        if (!notes.remove(note.key, note)) {
            return 0;
        }
        note.ended = true;
        note.added = false;
        releaseSignals(note);
        List<SourceNote.Watch> lost = List.copyOf(note.watches);
        note.watches.clear();
        lost.forEach(watch -> sink.sourceRefused(watch.token, errno));
        return lost.size();
    }
}
