package io.fdflux.poller;

/**
 * The requested poller does not exist or cannot run here, or no poller can. The message lists the available pollers.
 */
public class PollerUnavailableException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    PollerUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
