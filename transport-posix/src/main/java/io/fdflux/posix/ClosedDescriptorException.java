package io.fdflux.posix;

import java.io.IOException;

/** Thrown when a descriptor is used after its owner closed it, or is closed while a stream or channel uses it. */
public final class ClosedDescriptorException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * Names the descriptor and the refused call.
     *
     * @param descriptor closed by its owner
     * @param use        the refused call, such as {@code read}
     */
    public ClosedDescriptorException(Descriptor descriptor, String use) {
        this(use + "(" + descriptor + "): " + descriptor
                + " was closed by its owner; close it after its last use, or open it again");
    }

    private ClosedDescriptorException(String message) {
        super(message);
    }

    /**
     * The error of a stream whose number has become another file's.
     *
     * @param descriptor whose number was closed otherwise than by it
     * @return the exception
     */
    public static ClosedDescriptorException bySomebodyElse(Descriptor descriptor) {
        return new ClosedDescriptorException(descriptor + " was closed by somebody else, and its number is another"
                + " file's now; close it by its Descriptor");
    }
}
