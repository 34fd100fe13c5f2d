package io.fdflux.posix;

import java.io.IOException;

/** A descriptor was used after its owner had closed it, or was closed under a stream or channel that used it. */
public final class ClosedDescriptorException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * Names the descriptor and the use that is refused.
     *
     * @param descriptor which was closed
     * @param use        what cannot be done with it: {@code read}
     */
    public ClosedDescriptorException(Descriptor descriptor, String use) {
        super(use + "(" + descriptor + "): " + descriptor
                + " was closed by its owner; close it after its last use, or open it again");
    }
}
