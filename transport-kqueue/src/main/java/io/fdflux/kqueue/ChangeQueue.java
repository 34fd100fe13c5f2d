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
 * Every descriptor's {@link Watch}, and which of them have changed since the kernel was last told. A descriptor stands
 * here once, however often it changes, and what is undone before it is submitted leaves nothing to submit.
 *
 * <pre>
 * armed        wanted          change of the read event
 * (none)       READ            EV_ADD|EV_ENABLE|once
 * (none)       HANGUP          the same with NOTE_LOWAT and a mark that is never reached: only the end reports
 * HANGUP       READ            EV_ADD|EV_ENABLE|once: adding again takes the mark off
 * READ         HANGUP          with NOTE_LOWAT: adding again sets it
 * READ, HANGUP (none)          EV_DISABLE: the kernel keeps its object for the next time
 * READ         READ            nothing
 *
 * armed        wanted          change of the write event
 * (none)       WRITE           EV_ADD|EV_ENABLE|once
 * WRITE        (none)          EV_DISABLE
 * </pre>
 *
 * {@code once} is EV_DISPATCH, or EV_ONESHOT in kernels without it. EV_ENABLE goes with EV_ADD because EV_ENABLE alone
 * does not look at data that is there already, and EV_ADD alone does not undo EV_DISABLE (NetBSD; FreeBSD's is the
 * same code).
 */
final class ChangeQueue {

    /** Above the largest buffer, and positive in every type that kernels compare it in. */
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
     * @param limit how many descriptors can be waiting to be submitted
     */
    ChangeQueue(int limit) {
        changed = new Watch[limit];
    }

    /** {@return how many changes {@link #drainTo} makes at most} */
    int mostChanges() {
        return changed.length * CHANGES_PER_DESCRIPTOR;
    }

    boolean isFull() {
        return count == changed.length;
    }

    /** Queues a change; one under a stale token is ignored. Not while {@link #isFull}. */
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
     * The kernel has not taken what {@link #drainTo} made: it is to be submitted again. Before anything else is queued.
     * A watch that was to be taken off stays in the kernel, and may report once more.
     */
    void requeue(KeventList changes) {
        for (int i = 0; i < changes.size(); i++) {
            Watch watch = owner(changes.ident(i), changes.udata(i));
            if (watch != null) {
                watch.spend(changes.filter(i));
                queue(watch);
            }
        }
    }

    /**
     * The number is about to be closed: nothing queued or submitted holds any more, unless another token has it by now.
     */
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

    /** Turns what is queued into changes for the kernel, and regards them as made. */
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

    /** The watch of an event, or null if the event is for somebody who has the number no more. */
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
