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
        super(use + "(" + descriptor + "): " + descriptor
                + " was closed by its owner; close it after its last use, or open it again");
    }
}
