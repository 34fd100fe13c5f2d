package io.fdflux.kqueue;

import io.fdflux.posix.Errno;
import io.fdflux.posix.poll.KeventList;
import io.fdflux.posix.poll.Kqueue;
import io.fdflux.spi.Interest;
import io.fdflux.spi.Poller;
import io.fdflux.spi.Readiness;
import io.fdflux.spi.ReadinessSink;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;

/**
 * kqueue(2). Changes are collected and ride in the one kevent(2) that waits; an event is reported once and then armed
 * anew. {@link EventTranslation} has what is told to the sink.
 *
 * Facts of the kernels that this is built on:
 * <ul>
 *   <li>A refused change takes one place among the events, those after it are made, and no event is reported with it.
 *       Without a free place the rest would be skipped: there are always at least as many places as changes.
 *   <li>What a low-water mark keeps quiet still reports the end. macOS cuts the mark to the size of the receive buffer,
 *       and the pipes of FreeBSD and NetBSD do not heed it: there, data is reported to a watch for hang-up alone, once.
 *       It is not armed again until reading is (it would report at once, and the loop spin).
 *   <li>kevent has taken its changes when it fails with EINTR (kqueue(2) of FreeBSD). Where it fails as a whole
 *       otherwise (ENOMEM for the list of changes) they are submitted once more, because EV_ADD may be repeated.
 *   <li>close(2) drops a descriptor's events silently.
 * </ul>
 */
final class KqueuePoller implements Poller {

    /**
     * Descriptors whose changes one call submits. More than that, and a call is made to submit them before the wait.
     */
    static final int DESCRIPTORS_PER_CALL = 128;

    static final int FIRST_CAPACITY = 512;
    static final int LARGEST_CAPACITY = 4096;

    private final KeventList.Layout layout = KeventList.Layout.current();
    private final ChangeQueue queue = new ChangeQueue(DESCRIPTORS_PER_CALL);
    // None of these is kept by a poller that is closed: Reactor Netty's cache of resolvers keeps loops for ever.
    private KeventList changes = new KeventList(layout, queue.mostChanges());
    private KeventList events = new KeventList(layout, FIRST_CAPACITY);
    /** Reported to calls that only submitted; the next poll begins with them. The other list is used while it does. */
    private KeventList early = new KeventList(layout, queue.mostChanges());

    private KeventList spareEarly = new KeventList(layout, queue.mostChanges());

    private final Kqueue kqueue = new Kqueue();
    private final int once;
    private final Waker waker;

    private record Refusal(int fd, long token, int errno) {}

    /** Changes that were lost with a call that failed as a whole, for the next poll to report. */
    private final Queue<Refusal> refusals = new ArrayDeque<>();
    /** Why a call has failed, for the next poll to throw. */
    private int failure;
    /** The changes of a poll that failed as a whole ride in the next one; those are lost if that fails too. */
    private boolean retried;

    private boolean closed;

    KqueuePoller(WakerChoice choice) throws IOException {
        try {
            once = OnceFlag.of(kqueue, layout);
            waker = choice.open(kqueue, layout);
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
        queue.drainTo(changes, once);
        if (changes.size() == 0) {
            return 0;
        }
        int room = early.size() + changes.size();
        if (room > early.capacity()) {
            early = early.grown(room * 2);
        }
        int result = kqueue.await(changes, early, 0);
        if (result < 0 && result != -Errno.EINTR) {
            lost(-result);
        }
        return 1;
    }

    @Override
    public int poll(long timeoutNanos, ReadinessSink sink) throws IOException {
        checkOpen();
        queue.drainTo(changes, once);
        events.clear();
        int result = kqueue.await(changes, events, early.size() > 0 || failure != 0 ? 0 : timeoutNanos);
        if (result >= 0 || result == -Errno.EINTR) {
            retried = false;
        } else if (retried) {
            lost(-result);
        } else {
            failure = -result;
            retried = true;
            queue.requeue(changes);
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
        reported += report(events, sink);
        if (events.size() == events.capacity() && events.capacity() < LARGEST_CAPACITY) {
            events = new KeventList(layout, events.capacity() * 2);
        }
        if (failure != 0) { // once, and after what the calls have fetched
            int errno = failure;
            failure = 0;
            throw Errno.exception("kevent", "", errno);
        }
        return reported;
    }

    /** A call has failed as a whole, and none of its changes holds: their owners are told by the next poll. */
    private void lost(int errno) {
        failure = errno;
        for (int i = 0; i < changes.size(); i++) {
            long token = changes.udata(i);
            Watch watch = queue.owner(changes.ident(i), token);
            if (watch != null && watch.spend(changes.filter(i)) != Interest.NONE) {
                refusals.add(new Refusal(watch.fd, token, errno));
            }
        }
        changes.clear();
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
            long token = list.udata(i);
            if (token == Waker.TOKEN) {
                waker.woken();
            } else {
                Watch watch = queue.owner(list.ident(i), token);
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

    /** How many events one call can take now. */
    int capacity() {
        return events.capacity();
    }

    /** EV_DISPATCH or EV_ONESHOT. */
    int once() {
        return once;
    }

    /** By what it is woken. */
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
