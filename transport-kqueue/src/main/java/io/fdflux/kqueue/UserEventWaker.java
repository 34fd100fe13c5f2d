package io.fdflux.kqueue;

import io.fdflux.posix.Errno;
import io.fdflux.posix.poll.KeventList;
import io.fdflux.posix.poll.Kqueue;
import java.io.IOException;

/**
 * Wakes with EVFILT_USER: one call, no descriptor. EV_CLEAR resets it when its event is taken, so that triggers which
 * come before that are one event.
 */
final class UserEventWaker implements Waker {

    private static final int IDENT = 0; // a name space of its own: it is no descriptor

    private final Kqueue kqueue;
    private final KeventList trigger;

    /**
     * Registers the event.
     *
     * @throws IOException if the kernel does not know EVFILT_USER (NetBSD before 10 and older OpenBSD answer EINVAL)
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
        // FreeBSD takes the user data from every change, this one too.
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
        // EV_CLEAR has reset it.
    }

    @Override
    public void close() {
        // The event belongs to the kqueue, which its owner closes.
    }
}
