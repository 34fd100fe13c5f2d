package io.fdflux.examples.webflux;

/** The query of a request is invalid; the message tells the caller the valid form. */
final class BadQueryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    BadQueryException(String message) {
        super(message, null, false, false); // the caller's mistake needs no stack trace
    }
}
