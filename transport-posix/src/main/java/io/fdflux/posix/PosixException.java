package io.fdflux.posix;

import java.io.IOException;

/** A call of the operating system that failed. */
public class PosixException extends IOException {

    private static final long serialVersionUID = 1L;

    /** The function that failed. */
    private final String call;

    private final int errno;

    PosixException(String message, String call, int errno) {
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
