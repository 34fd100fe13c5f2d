package io.fdflux.kqueue;

import io.fdflux.posix.Errno;
import io.fdflux.posix.KeventList;
import io.fdflux.posix.Kqueue;
import io.fdflux.spi.Interest;
import io.fdflux.spi.Poller;
import io.fdflux.spi.Readiness;
import io.fdflux.spi.ReadinessSink;
import java.io.IOException;
import java.util.Map;

/**
 * kqueue(2). Changes are collected and ride in the one kevent(2) that waits; an event is reported once and then armed anew.
 *
 * <pre>
 * reported                          told to the sink
 * READ                              READABLE                      available = data, unknown if it is not positive
 * READ,  EV_EOF                     READABLE|HANGUP               available = data: what the peer left behind
 * READ,  EV_EOF, fflags             READABLE|HANGUP|ERROR         errno = fflags: the socket's so_error
 * WRITE                             WRITABLE
 * WRITE, EV_EOF                     WRITABLE|HANGUP
 * WRITE, EV_EOF, fflags             WRITABLE|HANGUP|ERROR         a connect that failed; without EV_EOF it has succeeded
 * EV_ERROR                          ERROR, errno = data           the change was refused
 * </pre>
 *
 * Facts of the kernels that this is built on:
 * <ul>
 *   <li>A refused change takes one place among the events, those after it are made, and no event is reported with it. Without
 *       a free place the rest would be skipped: there are always at least as many places as changes.
 *   <li>What a low-water mark keeps quiet still reports the end. macOS cuts the mark to the size of the receive buffer, and
 *       the pipes of FreeBSD and NetBSD do not heed it: there, data is reported to a watch for hang-up alone, once. It is
 *       not armed again until reading is (it would report at once, and the loop spin).
 *   <li>kevent has taken its changes when it fails with EINTR (kqueue(2) of FreeBSD).
 *   <li>close(2) drops a descriptor's events silently.
 * </ul>
 */
final class KqueuePoller implements Poller {

    /** Descriptors whose changes one call submits. More than that, and a call is made to submit them before the wait. */
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
    /** Why a call that only submitted has failed: told by the next poll, which may. */
    private int failure;

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
            failure = -result;
        }
        return 1;
    }

    @Override
    public int poll(long timeoutNanos, ReadinessSink sink) throws IOException {
        checkOpen();
        queue.drainTo(changes, once);
        events.clear();
        int result = kqueue.await(changes, events, early.size() > 0 || failure != 0 ? 0 : timeoutNanos);
        if (result < 0 && result != -Errno.EINTR) {
            failure = -result;
        }
        int reported = 0;
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

    private int report(KeventList list, ReadinessSink sink) {
        int reported = 0;
        for (int i = 0; i < list.size(); i++) {
            long token = list.udata(i);
            if (token == Waker.TOKEN) {
                waker.woken();
            } else {
                Watch watch = queue.owner(list.ident(i), token);
                if (watch != null && report(list, i, watch, sink)) {
                    reported++;
                }
            }
        }
        return reported;
    }

    private static boolean report(KeventList list, int i, Watch watch, ReadinessSink sink) {
        int flags = list.flags(i);
        boolean read = list.filter(i) == Kqueue.FILTER_READ;
        if ((flags & Kqueue.ERROR) != 0) {
            return reportRefusal((int) list.data(i), read, watch, sink);
        }
        boolean end = (flags & Kqueue.EOF) != 0;
        int errno = end ? list.fflags(i) : 0;
        int readiness = read ? Readiness.READABLE : Readiness.WRITABLE;
        if (end) {
            readiness |= Readiness.HANGUP;
        }
        if (errno != 0) {
            readiness |= Readiness.ERROR;
        }
        long available = ReadinessSink.UNKNOWN;
        if (read) {
            watch.readReported(end);
            long data = list.data(i);
            if (end) {
                available = Math.max(data, 0);
            } else if (data > 0) {
                available = data; // 0 would be a device that does not count
            }
        } else {
            watch.writeSpent();
        }
        sink.event(watch.token, readiness, available, errno);
        return true;
    }

    private static boolean reportRefusal(int errno, boolean read, Watch watch, ReadinessSink sink) {
        int lost = read ? watch.readArmed() : watch.writeArmed();
        if (read) {
            watch.readSpent();
        } else {
            watch.writeSpent();
        }
        // Nothing is lost where it was to be taken off, nor where only the peer's going cannot be watched for (a device
        // that is written alone works without), unless it is no descriptor at all.
        if (lost == Interest.NONE || lost == Interest.HANGUP && errno != Errno.EBADF) {
            return false;
        }
        sink.event(watch.token, Readiness.ERROR, ReadinessSink.UNKNOWN, errno);
        return true;
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
