package io.fdflux.descriptor;

import io.fdflux.posix.Descriptor;
import java.io.IOException;

/** Opens descriptors for streams. A test puts a scripted kernel there. */
@FunctionalInterface
public interface DescriptorCalls {

    /** {@return the operating system's} */
    static DescriptorCalls posix() {
        return PosixIo::open;
    }

    /**
     * Prepares a descriptor for streams. Loop thread only, at most once at a time per descriptor.
     *
     * @param descriptor leased by the caller until after {@link DescriptorIo#close()}
     * @return its calls, none of which waits
     * @throws IOException if the number is not open, or can't be used without waiting
     */
    DescriptorIo open(Descriptor descriptor) throws IOException;
}
