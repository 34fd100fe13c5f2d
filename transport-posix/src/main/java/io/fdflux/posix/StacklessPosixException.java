package io.fdflux.posix;

/**
 * A failure that peers cause, by the thousand behind a balancer: a reset, a broken pipe. Its stack trace would cost
 * more than the connection, and name the loop's frames alone.
 */
final class StacklessPosixException extends PosixException {

    private static final long serialVersionUID = 1L;

    StacklessPosixException(String message, String call, int errno) {
        super(message, call, errno);
    }

    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
