package io.fdflux;

import io.fdflux.posix.Errno;
import io.fdflux.posix.PosixException;

/** Ends a wait for the exit of a process that the kernel does not know, or does not know any more. */
public final class NoSuchProcessException extends PosixException {

    private static final long serialVersionUID = 1L;

    private final long pid;

    NoSuchProcessException(long pid) {
        super(
                Errno.text("exit", "process " + pid, Errno.ESRCH, "it has ended before, or never ran"),
                "exit",
                Errno.ESRCH);
        this.pid = pid;
    }

    /** {@return the pid} */
    public long pid() {
        return pid;
    }
}
