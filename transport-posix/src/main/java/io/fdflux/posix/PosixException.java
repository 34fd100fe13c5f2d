package io.fdflux.posix;

import java.io.IOException;

/** Thrown when a system call fails for which the JDK has no exception type of its own. */
public class PosixException extends IOException {

    private static final long serialVersionUID = 1L;

    /** The function that failed. */
    private final String call;

    private final int errno;

    /**
     * Makes one.
     *
     * @param message names the call and its subject, and ends with the error's words
     * @param call    the function that failed, such as {@code read}
     * @param errno   the error number, in the platform's numbering
     */
    public PosixException(String message, String call, int errno) {
        super(message);
        this.call = call;
        this.errno = errno;
    }

    /** {@return the function that failed, such as {@code read}} */
    public String call() {
        return call;
    }

    /** {@return the error number, in the platform's numbering} */
    public int errno() {
        return errno;
    }
}
