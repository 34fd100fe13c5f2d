package io.fdflux.epoll;

import io.fdflux.posix.Errno;
import io.fdflux.posix.PosixException;
import java.io.IOException;

/** Makes a waiting epoll_wait return: its descriptor becomes readable. Watched edge-triggered, for reading. */
interface Waker {

    /** An eventfd, or a pipe where the kernel or a sandbox refuses eventfd(2). */
    static Waker open() throws IOException {
        try {
            return new EventfdWaker();
        } catch (PosixException e) {
            if (e.errno() == Errno.ENOSYS || e.errno() == Errno.EPERM) {
                return new PipeWaker();
            }
            throw e;
        }
    }

    /** {@return what it wakes with, for a diagnosis} */
    String means();

    /** {@return the descriptor to watch} */
    int fd();

    /** Any thread, also after {@link #close}. */
    void wakeup();

    /** The owner has seen its event. */
    void woken();

    /** The owner, before it closes the epoll instance. */
    void close();
}
