package io.fdflux.kqueue;

import io.fdflux.posix.Errno;
import io.fdflux.posix.PosixException;
import io.fdflux.posix.poll.KeventList;
import io.fdflux.posix.poll.Kqueue;
import java.io.IOException;

/** Selects the mechanism that wakes a poller. */
enum WakerChoice {
    /** EVFILT_USER, or a pipe if the kernel refuses that. */
    AUTO,
    /** EVFILT_USER, or fail. */
    USER,
    /** A pipe, even on kernels with EVFILT_USER. */
    PIPE;

    /** System property for tests and diagnosis: {@code user} or {@code pipe}. */
    static final String PROPERTY = "fdflux.kqueue.waker";

    static WakerChoice configured() {
        String setting = System.getProperty(PROPERTY, "");
        return switch (setting) {
            case "" -> AUTO;
            case "user" -> USER;
            case "pipe" -> PIPE;
            default ->
                throw new IllegalArgumentException(PROPERTY + "=" + setting
                        + " is unknown: it is user or pipe, or absent for the best that works");
        };
    }

    Waker open(Kqueue kqueue, KeventList.Layout layout) throws IOException {
        if (this != PIPE) {
            try {
                return new UserEventWaker(kqueue, layout);
            } catch (PosixException e) {
                // NetBSD before 10 and older OpenBSD return EINVAL. A pipe does not help against other errors.
                if (this == USER || e.errno() != Errno.EINVAL) {
                    throw e;
                }
            }
        }
        return new PipeWaker(kqueue, layout);
    }
}
