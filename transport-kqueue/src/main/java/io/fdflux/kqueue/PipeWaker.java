package io.fdflux.kqueue;

import io.fdflux.posix.Errno;
import io.fdflux.posix.io.WakeupPipe;
import io.fdflux.posix.poll.KeventList;
import io.fdflux.posix.poll.Kqueue;
import java.io.IOException;

/** Wakes a kevent(2) by a byte in a pipe, for kernels without EVFILT_USER. */
final class PipeWaker implements Waker {

    private final WakeupPipe pipe = new WakeupPipe();

    PipeWaker(Kqueue kqueue, KeventList.Layout layout) throws IOException {
        KeventList event = new KeventList(layout, 1);
        event.add(pipe.fd(), Kqueue.FILTER_READ, Kqueue.ADD | Kqueue.CLEAR, 0, 0, TOKEN);
        int result = kqueue.submit(event);
        if (result < 0) {
            close();
            throw Errno.exception("kevent", "the wake-up pipe", -result);
        }
    }

    @Override
    public String means() {
        return "pipe";
    }

    @Override
    public void wakeup() {
        pipe.wakeup();
    }

    @Override
    public void woken() {
        pipe.drain();
    }

    @Override
    public void close() {
        pipe.close();
    }
}
