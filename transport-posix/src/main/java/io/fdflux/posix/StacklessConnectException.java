package io.fdflux.posix;

import java.net.ConnectException;

/** A connect that the peer has refused or left unanswered, as {@link StacklessPosixException} without a trace. */
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
