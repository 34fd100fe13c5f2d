package io.fdflux.posix.platform;

/**
 * A native function that this platform should have was found neither in the configured libraries nor in the C library.
 */
public class MissingSymbolException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what is missing
     */
    public MissingSymbolException(String message) {
        super(message);
    }
}
