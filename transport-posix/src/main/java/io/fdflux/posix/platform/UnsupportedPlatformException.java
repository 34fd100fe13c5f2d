package io.fdflux.posix.platform;

/** Thrown when the tables lack this operating system or processor, so that no native call is safe. */
public class UnsupportedPlatformException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message names the unsupported platform
     */
    public UnsupportedPlatformException(String message) {
        super(message);
    }
}
