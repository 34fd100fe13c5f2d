package io.fdflux.posix;

import java.net.SocketTimeoutException;

/** A peer that no longer answers, as {@link StacklessPosixException} without a trace. */
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
