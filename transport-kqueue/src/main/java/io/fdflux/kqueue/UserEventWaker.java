package io.fdflux.kqueue;

import io.fdflux.posix.Errno;
import io.fdflux.posix.poll.KeventList;
import io.fdflux.posix.poll.Kqueue;
import java.io.IOException;

/**
 * Wakes a kevent(2) with EVFILT_USER, by one call and without a descriptor. EV_CLEAR resets the trigger when its event
 * is returned, so several triggers before that make one event.
 */
final class UserEventWaker implements Waker {

    private static final int IDENT = 0; // idents are per filter, so this is not descriptor 0

    private final Kqueue kqueue;
    private final KeventList trigger;

    /**
     * Registers the event.
     *
     * @throws IOException if the kernel lacks EVFILT_USER (NetBSD before 10 and older OpenBSD return EINVAL)
     */
    UserEventWaker(Kqueue kqueue, KeventList.Layout layout) throws IOException {
        this.kqueue = kqueue;
        KeventList event = new KeventList(layout, 1);
        event.add(IDENT, Kqueue.FILTER_USER, Kqueue.ADD | Kqueue.CLEAR, 0, 0, TOKEN);
        int result = kqueue.submit(event);
        if (result < 0) {
            throw Errno.exception("kevent", "EVFILT_USER", -result);
        }
        trigger = new KeventList(layout, 1);
        // FreeBSD stores the user data of every change, also of this one: kqueue_register in sys/kern/kern_event.c.
        trigger.add(IDENT, Kqueue.FILTER_USER, 0, Kqueue.NOTE_TRIGGER, 0, TOKEN);
    }

    @Override
    public String means() {
        return "EVFILT_USER";
    }

    @Override
    public void wakeup() {
        if (kqueue.lease()) {
            try {
                int result;
                do {
                    result = kqueue.submit(trigger);
                } while (result == -Errno.EINTR);
                if (result < 0) {
                    throw new IllegalStateException(Errno.exception("kevent", "NOTE_TRIGGER", -result));
                }
            } finally {
                kqueue.release();
            }
        }
    }

    @Override
    public void woken() {
        // EV_CLEAR has reset the trigger.
    }

    @Override
    public void close() {
        // The poller closes the kqueue, and the event with it.
    }
}
