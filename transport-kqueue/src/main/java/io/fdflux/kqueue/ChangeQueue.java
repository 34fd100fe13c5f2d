package io.fdflux.kqueue;

import static io.fdflux.posix.poll.Kqueue.ADD;
import static io.fdflux.posix.poll.Kqueue.DISABLE;
import static io.fdflux.posix.poll.Kqueue.ENABLE;
import static io.fdflux.posix.poll.Kqueue.FILTER_READ;
import static io.fdflux.posix.poll.Kqueue.FILTER_WRITE;
import static io.fdflux.posix.poll.Kqueue.NOTE_LOWAT;

import io.fdflux.posix.poll.KeventList;
import io.fdflux.spi.Interest;
import io.fdflux.spi.Owners;
import java.util.Arrays;

/**
 * Collects changed interests until the next kevent(2). A descriptor is queued once, however often it changes, and a
 * change that was undone in between is not submitted. Owner thread only.
 *
 * <pre>
 * armed        wanted          change of the read event
 * (none)       READ            EV_ADD|EV_ENABLE|once
 * (none)       HANGUP          the same with NOTE_LOWAT and an unreachable mark: reports the end only
 * HANGUP       READ            EV_ADD|EV_ENABLE|once: adding again removes the mark
 * READ         HANGUP          with NOTE_LOWAT: adding again sets the mark
 * READ, HANGUP (none)          EV_DISABLE: the kernel keeps its object for the next EV_ENABLE
 * READ         READ            nothing
 *
 * armed        wanted          change of the write event
 * (none)       WRITE           EV_ADD|EV_ENABLE|once
 * WRITE        (none)          EV_DISABLE
 * </pre>
 *
 * {@code once} is EV_DISPATCH, or EV_ONESHOT in kernels without it. EV_ADD and EV_ENABLE go together: EV_ENABLE alone
 * may miss existing data, and EV_ADD alone does not undo EV_DISABLE (kqueue_register in
 * NetBSD's sys/kern/kern_event.c).
 */
final class ChangeQueue {

    /** Larger than any receive buffer, and positive in every type in which kernels compare it. */
    static final long NEVER_REACHED = Integer.MAX_VALUE;

    private static final int CHANGES_PER_DESCRIPTOR = 2;
    private static final int PAGE_BITS = 8;
    private static final int PAGE = 1 << PAGE_BITS;

    private final Watch[] changed;
    private final Owners owners = new Owners();
    private int count;
    private Watch[][] pages = new Watch[PAGE][];

    /**
     * Makes an empty queue.
     *
     * @param limit the most queued descriptors
     */
    ChangeQueue(int limit) {
        changed = new Watch[limit];
    }

    /** {@return the most changes of {@link #drainTo}} */
    int mostChanges() {
        return changed.length * CHANGES_PER_DESCRIPTOR;
    }

    boolean isFull() {
        return count == changed.length;
    }

    /** Queues a change, unless its token is stale. Not allowed while {@link #isFull}. */
    void want(int fd, int before, int now, long token) {
        if (!owners.accept(fd, before, token)) {
            return;
        }
        Watch watch = watch(fd);
        watch.want(now, token);
        queue(watch);
    }

    private void queue(Watch watch) {
        if (watch.index == Watch.UNQUEUED) {
            watch.index = count;
            changed[count++] = watch;
        }
    }

    /**
     * Queues the changes of descriptors among those of {@link #drainTo} again, after the kernel has refused all of
     * them. Call it before queueing other changes. A watch that should have been disarmed stays armed, and may report
     * once more.
     */
    void requeue(KeventList changes) {
        for (int i = 0; i < changes.size(); i++) {
            boolean source = SourceFilter.isSource(changes.filter(i));
            Watch watch = source ? null : owner(changes.ident(i), changes.udata(i));
            if (watch != null) {
                watch.spend(changes.filter(i));
                queue(watch);
            }
        }
    }

    /** Drops all state of a number that is about to be closed, unless another token has it by now. */
    void forget(int fd, long token) {
        if (!owners.release(fd, token)) {
            return;
        }
        Watch watch = find(fd);
        if (watch.index != Watch.UNQUEUED) {
            Watch last = changed[--count];
            changed[watch.index] = last;
            last.index = watch.index;
            changed[count] = null;
            watch.index = Watch.UNQUEUED;
        }
        watch.reset();
    }

    /** Turns the queue into changes for the kernel, and marks them as armed. */
    void drainTo(KeventList changes, int once) {
        for (int i = 0; i < count; i++) {
            Watch watch = changed[i];
            changed[i] = null;
            watch.index = Watch.UNQUEUED;
            int target = watch.target();
            int read = Watch.readSide(target);
            if (read == Interest.NONE && watch.readArmed() != Interest.NONE) {
                changes.add(watch.fd, FILTER_READ, DISABLE, 0, 0, watch.token);
            } else if (read != watch.readArmed()) {
                boolean hangupOnly = read == Interest.HANGUP;
                changes.add(
                        watch.fd,
                        FILTER_READ,
                        ADD | ENABLE | once,
                        hangupOnly ? NOTE_LOWAT : 0,
                        hangupOnly ? NEVER_REACHED : 0,
                        watch.token);
            }
            int write = target & Interest.WRITE;
            if (write != watch.writeArmed()) {
                changes.add(watch.fd, FILTER_WRITE, write == 0 ? DISABLE : ADD | ENABLE | once, 0, 0, watch.token);
            }
            watch.arm(target);
        }
        count = 0;
    }

    /** The watch of an event, or null if the event's token has lost the number. */
    Watch owner(long ident, long token) {
        Watch watch = ident < 0 || ident > Integer.MAX_VALUE ? null : find((int) ident);
        return watch != null && watch.token == token ? watch : null;
    }

    private Watch find(int fd) {
        int page = fd >>> PAGE_BITS;
        return page < pages.length && pages[page] != null ? pages[page][fd & PAGE - 1] : null;
    }

    private Watch watch(int fd) {
        int page = fd >>> PAGE_BITS;
        if (page >= pages.length) {
            pages = Arrays.copyOf(pages, Math.max(page + 1, pages.length * 2));
        }
        if (pages[page] == null) {
            pages[page] = new Watch[PAGE];
        }
        int index = fd & PAGE - 1;
        if (pages[page][index] == null) {
            pages[page][index] = new Watch(fd);
        }
        return pages[page][index];
    }
}
