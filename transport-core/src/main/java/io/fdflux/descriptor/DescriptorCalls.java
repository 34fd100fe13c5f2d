package io.fdflux.descriptor;

import io.fdflux.posix.Descriptor;
import java.io.IOException;

/** Opens descriptors for streams. Tests replace it by a scripted kernel. */
@FunctionalInterface
public interface DescriptorCalls {

    /** {@return the calls of the operating system} */
    static DescriptorCalls posix() {
        return PosixIo::open;
    }

    /**
     * Prepares a descriptor for streams. Loop thread only, at most once at a time per descriptor.
     *
     * @param descriptor leased by the caller until after {@link DescriptorIo#close()}
     * @return its calls, none of which blocks
     * @throws IOException if the number is not open, or cannot be used without blocking
     */
    DescriptorIo open(Descriptor descriptor) throws IOException;
}
