package io.fdflux.poller;

/** A poller that does not do here what it promises. The message tells what was expected and what came. */
final class PollerSelfTestException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    PollerSelfTestException(String message, Throwable cause) {
        super(message, cause);
    }
}
