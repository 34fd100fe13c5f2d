package io.fdflux.posix;

import java.net.SocketTimeoutException;

/** Reports a peer that no longer answers, without a stack trace like {@link StacklessPosixException}. */
final class StacklessSocketTimeoutException extends SocketTimeoutException {

    private static final long serialVersionUID = 1L;

    StacklessSocketTimeoutException(String message) {
        super(message);
    }

    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
