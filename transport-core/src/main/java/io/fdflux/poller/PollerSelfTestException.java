package io.fdflux.poller;

/** A poller that failed its self-test. The message states the expected and the received events. */
final class PollerSelfTestException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    PollerSelfTestException(String message, Throwable cause) {
        super(message, cause);
    }
}
