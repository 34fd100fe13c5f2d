package io.fdflux.posix.platform;

/** This operating system or processor is not in the tables: no native call can be made safely. */
public class UnsupportedPlatformException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what is missing
     */
    public UnsupportedPlatformException(String message) {
        super(message);
    }
}
