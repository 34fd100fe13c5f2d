package io.fdflux.posix;

/** This operating system or processor is not in the tables: no native call can be made safely. */
public class UnsupportedPlatformException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    UnsupportedPlatformException(String message) {
        super(message);
    }
}
