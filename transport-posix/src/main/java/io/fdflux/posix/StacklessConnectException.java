package io.fdflux.posix;

import java.net.ConnectException;

/** Reports a connect that was refused or timed out, without a stack trace like {@link StacklessPosixException}. */
final class StacklessConnectException extends ConnectException {

    private static final long serialVersionUID = 1L;

    StacklessConnectException(String message) {
        super(message);
    }

    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
