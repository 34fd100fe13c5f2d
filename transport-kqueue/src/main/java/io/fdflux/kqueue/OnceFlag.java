package io.fdflux.kqueue;

import io.fdflux.posix.Errno;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.io.Io;
import io.fdflux.posix.poll.KeventList;
import io.fdflux.posix.poll.Kqueue;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Chooses the flag that makes an event report once. EV_DISPATCH disables the event and keeps the kernel's object.
 * EV_ONESHOT deletes it. The choice is by trial, because a kernel without EV_DISPATCH may refuse it, or ignore it and
 * report repeatedly.
 */
final class OnceFlag {

    private OnceFlag() {}

    /**
     * Tries EV_DISPATCH on a kqueue without events.
     *
     * @return {@link Kqueue#DISPATCH} or {@link Kqueue#ONESHOT}
     */
    static int of(Kqueue kqueue, KeventList.Layout layout) throws IOException {
        MemorySegment one = Arena.ofAuto().allocate(1);
        KeventList changes = new KeventList(layout, 1);
        KeventList events = new KeventList(layout, 1);
        try (Pipes.Pair pipe = Pipes.pipe()) {
            int written = Io.write(pipe.second().number(), one.address(), 1);
            if (written < 0) {
                throw Errno.exception("write", pipe.second(), -written);
            }
            changes.add(
                    pipe.first().number(), Kqueue.FILTER_READ, Kqueue.ADD | Kqueue.ENABLE | Kqueue.DISPATCH, 0, 0, 0);
            if (kqueue.submit(changes) < 0) {
                return Kqueue.ONESHOT;
            }
            changes.clear();
            kqueue.await(changes, events, 0);
            events.clear();
            boolean reportedAgain = kqueue.await(changes, events, 0) > 0;
            return reportedAgain ? Kqueue.ONESHOT : Kqueue.DISPATCH;
        }
    }
}
