package io.fdflux.kqueue;

import io.fdflux.posix.Errno;
import io.fdflux.posix.poll.KeventList;
import io.fdflux.posix.poll.Kqueue;
import io.fdflux.spi.EventSources;
import io.fdflux.spi.Interest;
import io.fdflux.spi.Poller;
import io.fdflux.spi.Readiness;
import io.fdflux.spi.ReadinessSink;
import io.fdflux.spi.SourceKind;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;

/**
 * Polls with kqueue(2). The kevent(2) that waits also submits the collected changes. Each event disarms its interest;
 * {@link ChangeQueue} has the table of how it is armed again, and {@link OnceFlag} chooses EV_DISPATCH or EV_ONESHOT.
 * {@link EventTranslation} translates events. {@link SourceChanges} does both for kernel sources.
 *
 * <p>The poller relies on these facts:
 * <ul>
 *   <li>A refused change occupies one element of the event list, the changes after it are made, and no event is
 *       reported with it: kevent(2). Without a free element the other changes would be skipped. So the list has at
 *       least one element per change.
 *   <li>A watch below its low-water mark still reports the end. macOS limits the mark to the receive buffer's size, and
 *       pipes of FreeBSD and NetBSD ignore it (filt_piperead in sys/kern/sys_pipe.c). There a watch for hang-up alone
 *       may report data once. It stays disarmed until READ is armed, because it would report again immediately and the
 *       loop would spin.
 *   <li>kevent has applied its changes when it fails with EINTR: kqueue(2) of FreeBSD. If the whole call fails
 *       otherwise, as with ENOMEM, the changes are submitted once more. This is safe because EV_ADD may be repeated.
 *   <li>close(2) removes a descriptor's events without a report: kqueue(2).
 * </ul>
 */
final class KqueuePoller implements Poller, EventSources {

    /** The most descriptors whose changes one call submits. A full queue is submitted before the wait. */
    static final int DESCRIPTORS_PER_CALL = 128;

    static final int FIRST_CAPACITY = 512;
    static final int LARGEST_CAPACITY = 4096;

    private final KeventList.Layout layout = KeventList.Layout.current();
    private final ChangeQueue queue = new ChangeQueue(DESCRIPTORS_PER_CALL);
    // close() drops these lists, because Reactor Netty's cache of resolvers keeps closed loops reachable.
    private KeventList changes = new KeventList(layout, queue.mostChanges() + SourceChanges.CHANGES_PER_CALL);
    private KeventList events = new KeventList(layout, FIRST_CAPACITY);
    /**
     * Reports of calls that only submitted, for the next poll. {@link #spareEarly} replaces it while that poll
     * reads it.
     */
    private KeventList early = new KeventList(layout, queue.mostChanges());

    private KeventList spareEarly = new KeventList(layout, queue.mostChanges());

    private final Kqueue kqueue = new Kqueue();
    private final int once;
    private final Waker waker;

    private final SourceChanges sources;

    private record Refusal(int fd, long token, int errno) {}

    /** Changes of a call that failed as a whole, for the next poll to report. */
    private final Queue<Refusal> refusals = new ArrayDeque<>();
    /** The errno of a failed call, for the next poll to throw; else 0. */
    private int failure;
    /**
     * Whether the last poll failed as a whole, so that this one submits its changes again. They are lost if it
     * fails too.
     */
    private boolean retried;

    private long submitted;

    private boolean closed;

    KqueuePoller(WakerChoice choice) throws IOException {
        try {
            once = OnceFlag.of(kqueue, layout);
            waker = choice.open(kqueue, layout);
            sources = new SourceChanges(once, TimerUnit.of(waker instanceof UserEventWaker), this::submit);
        } catch (IOException | RuntimeException | Error e) {
            kqueue.close();
            throw e;
        }
    }

    @Override
    public int update(int fd, int before, int now, long token) {
        int calls = queue.isFull() ? submit() : 0;
        queue.want(fd, before, now, token);
        return calls;
    }

    private int submit() {
        checkOpen();
        drain();
        if (changes.size() == 0) {
            return 0;
        }
        submitted += changes.size();
        int needed = early.size() + changes.size();
        if (needed > early.capacity()) {
            early = early.grown(needed * 2);
        }
        int result = kqueue.await(changes, early, 0);
        if (result < 0 && result != -Errno.EINTR) {
            lost(-result);
        }
        return 1;
    }

    private void drain() {
        queue.drainTo(changes, once);
        sources.drainTo(changes);
    }

    @Override
    public long changes() {
        return submitted;
    }

    @Override
    public int poll(long timeoutNanos, ReadinessSink sink) throws IOException {
        checkOpen();
        sources.submitFull();
        drain();
        submitted += changes.size();
        events.clear();
        int result = kqueue.await(changes, events, isDue() ? 0 : timeoutNanos);
        if (result >= 0 || result == -Errno.EINTR) {
            retried = false;
        } else if (retried) {
            lost(-result);
        } else {
            failure = -result;
            retried = true;
            queue.requeue(changes);
            sources.requeue();
            changes.clear();
        }
        int reported = reportLost(sink);
        if (early.size() > 0) {
            KeventList first = early;
            early = spareEarly;
            spareEarly = first;
            reported = report(first, sink);
            first.clear();
        }
        reported += report(events, sink) + sources.reportDue(sink);
        if (events.size() == events.capacity() && events.capacity() < LARGEST_CAPACITY) {
            events = new KeventList(layout, events.capacity() * 2);
        }
        if (failure != 0) { // after the events, so that none is lost
            int errno = failure;
            failure = 0;
            throw Errno.exception("kevent", "", errno);
        }
        return reported;
    }

    /** Whether there is something to report without an event. */
    private boolean isDue() {
        return early.size() > 0 || failure != 0 || sources.hasDue();
    }

    /** Notes a call that failed as a whole. None of its changes is armed, and the next poll reports them as refused. */
    private void lost(int errno) {
        failure = errno;
        for (int i = 0; i < changes.size(); i++) {
            long token = changes.udata(i);
            Watch watch = owner(changes, i);
            if (watch != null && watch.spend(changes.filter(i)) != Interest.NONE) {
                refusals.add(new Refusal(watch.fd, token, errno));
            }
        }
        sources.lost(errno);
        changes.clear();
    }

    /** The watch of a change or an event, or null if it is of a source or stale. */
    private Watch owner(KeventList list, int i) {
        return SourceFilter.isSource(list.filter(i)) ? null : queue.owner(list.ident(i), list.udata(i));
    }

    private int reportLost(ReadinessSink sink) {
        int reported = 0;
        for (Refusal refusal = refusals.poll(); refusal != null; refusal = refusals.poll()) {
            if (queue.owner(refusal.fd(), refusal.token()) != null) {
                sink.event(refusal.token(), Readiness.ERROR, ReadinessSink.UNKNOWN, refusal.errno());
                reported++;
            }
        }
        return reported;
    }

    private int report(KeventList list, ReadinessSink sink) {
        int reported = 0;
        for (int i = 0; i < list.size(); i++) {
            if (list.udata(i) == Waker.TOKEN) {
                waker.woken();
            } else if (SourceFilter.isSource(list.filter(i))) {
                reported += sources.report(list, i, sink);
            } else {
                Watch watch = queue.owner(list.ident(i), list.udata(i));
                if (watch != null && EventTranslation.report(list, i, watch, sink)) {
                    reported++;
                }
            }
        }
        return reported;
    }

    @Override
    public void forget(int fd, long token) {
        queue.forget(fd, token);
    }

    @Override
    public void wakeup() {
        waker.wakeup();
    }

    @Override
    public boolean armSpentByEvent() {
        return true;
    }

    @Override
    public boolean offers(SourceKind kind) {
        return SourceFilter.isOffered(kind);
    }

    @Override
    public int watch(SourceKind kind, long ident, long detail, long token) {
        return sources.watch(kind, ident, detail, token);
    }

    @Override
    public void rearm(SourceKind kind, long ident, long token) {
        sources.rearm(kind, ident, token);
    }

    @Override
    public void unwatch(SourceKind kind, long ident, long token) {
        sources.unwatch(kind, ident, token);
    }

    /** {@return the most events per call at present} */
    int capacity() {
        return events.capacity();
    }

    /** {@return EV_DISPATCH or EV_ONESHOT} */
    int once() {
        return once;
    }

    /** {@return the waker in use} */
    Waker waker() {
        return waker;
    }

    @Override
    public Map<String, String> means() {
        return Map.of(
                "wake-up",
                waker.means(),
                "report once",
                once == Kqueue.DISPATCH ? "EV_DISPATCH" : "EV_ONESHOT",
                "struct kevent",
                layout.size() + " bytes");
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            sources.close();
            waker.close();
            kqueue.close();
            changes = null;
            events = null;
            early = null;
            spareEarly = null;
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the poller is closed");
        }
    }
}
