package io.fdflux;

import io.fdflux.posix.Descriptor;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/**
 * The calls that {@link FdFlux} makes on a descriptor, so that a test can put a scripted kernel in their place. Loop thread
 * only. Results are bytes, or {@code -errno}.
 */
public interface DescriptorCalls {

    /** {@return the operating system's} */
    static DescriptorCalls posix() {
        return PosixDescriptorCalls.INSTANCE;
    }

    /**
     * Makes a descriptor non-blocking.
     *
     * @param descriptor  whose
     * @param nonBlocking what it shall be
     * @return what it was
     * @throws IOException if the descriptor is not open
     */
    boolean nonBlocking(Descriptor descriptor, boolean nonBlocking) throws IOException;

    /**
     * Whether a short transfer proves that nothing is left.
     *
     * @param descriptor any
     * @return true for a stream socket
     */
    boolean isStream(Descriptor descriptor);

    /**
     * Reads once into the writable bytes of a buffer, whose writer index it moves.
     *
     * @param descriptor from where
     * @param buffer     with at least one writable byte
     * @return bytes read, 0 at the end, or {@code -errno}
     */
    int read(Descriptor descriptor, ByteBuf buffer);

    /**
     * Writes the readable bytes of a buffer once, moving its reader index.
     *
     * @param descriptor to where
     * @param buffer     with at least one readable byte
     * @return bytes written, or {@code -errno}
     */
    int write(Descriptor descriptor, ByteBuf buffer);

    /**
     * How many bytes a read would find, without reading.
     *
     * @param descriptor where
     * @return bytes, or {@code -errno} where that is not known
     */
    int available(Descriptor descriptor);

    /**
     * The error that a descriptor has failed with, which this takes off it.
     *
     * @param descriptor which the poller reported as failed
     * @return a positive errno, 0 where that is not known
     */
    int pendingError(Descriptor descriptor);
}
