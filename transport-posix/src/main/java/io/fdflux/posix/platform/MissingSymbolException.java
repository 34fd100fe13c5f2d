package io.fdflux.posix.platform;

/** Thrown when a native function is found neither in the configured libraries nor in the C library. */
public class MissingSymbolException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message which function, and where it was searched for
     */
    public MissingSymbolException(String message) {
        super(message);
    }
}
