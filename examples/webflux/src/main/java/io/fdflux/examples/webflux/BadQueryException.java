package io.fdflux.examples.webflux;

/** The query of a request cannot be used; the message tells the caller what would be right. */
final class BadQueryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    BadQueryException(String message) {
        super(message, null, false, false); // the caller's mistake: where we noticed it interests nobody
    }
}
