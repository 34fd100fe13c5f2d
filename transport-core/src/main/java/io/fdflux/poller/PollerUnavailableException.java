package io.fdflux.poller;

/** The poller that was asked for does not exist, or cannot run here; or none can. The message lists those that can. */
public class PollerUnavailableException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    PollerUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
