package io.fdflux.epoll;

import io.fdflux.posix.Errno;
import io.fdflux.posix.PosixException;
import java.io.IOException;

/**
 * Makes a waiting epoll_wait(2) return, by a descriptor that becomes readable. The poller watches it for
 * reading, edge-triggered.
 */
interface Waker {

    /** Opens an eventfd, or a pipe if the kernel or a sandbox refuses eventfd(2). */
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

    /** {@return the mechanism, for a diagnosis} */
    String means();

    /** {@return the descriptor to watch} */
    int fd();

    /** Makes the wait return. Any thread, also after {@link #close}. */
    void wakeup();

    /** Notes an event of the descriptor. Owner thread. */
    void woken();

    /** Closes the descriptor. Owner thread, before it closes the epoll instance. */
    void close();
}
