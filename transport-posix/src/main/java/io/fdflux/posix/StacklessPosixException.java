package io.fdflux.posix;

/**
 * Reports a failure that the peer causes, such as a reset or a broken pipe, without a stack trace. Behind a load
 * balancer there are thousands of them. A stack trace would cost more than the connection and show only frames of the
 * event loop.
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
