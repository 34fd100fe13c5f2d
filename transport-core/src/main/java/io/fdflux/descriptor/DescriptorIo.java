package io.fdflux.descriptor;

import io.fdflux.engine.stream.Input;
import io.netty.buffer.ByteBuf;

/** The calls of streams on one descriptor. None of them blocks. Loop thread only. */
public interface DescriptorIo extends AutoCloseable {

    /** {@return the number to watch and to call; differs from the descriptor's number if its file was opened again} */
    int number();

    /**
     * Whether a short transfer proves that the descriptor is drained.
     *
     * @return true for a stream socket
     */
    boolean isStream();

    /**
     * Whether empty buffers are valid messages to read and to write.
     *
     * @return true for a socket that preserves the boundaries of messages
     */
    boolean hasEmptyMessages();

    /**
     * The capacity that the next read needs, because bytes beyond it would be lost.
     *
     * @return bytes, 0 for a stream of bytes
     */
    int leastCapacity();

    /**
     * Reads once into the writable bytes of a buffer and moves its writer index.
     *
     * @param buffer direct, with at least one writable byte
     * @return bytes read, 0 for an empty message, {@link Input#END}, or {@code -errno}
     */
    int read(ByteBuf buffer);

    /**
     * Writes the readable bytes of a buffer once and moves its reader index.
     *
     * @param buffer direct, with at least one readable byte unless this {@link #hasEmptyMessages()}
     * @return bytes written, or {@code -errno}
     */
    int write(ByteBuf buffer);

    /**
     * The bytes that a read would find, without reading.
     *
     * @return bytes, or {@code -errno} where that is unknown
     */
    int available();

    /**
     * Takes the pending error off the descriptor.
     *
     * @return a positive errno, 0 if there is none or it is unknown
     */
    int pendingError();

    /**
     * Whether no reader will ever take further bytes; found without writing.
     *
     * @return true for a pipe without a reader or a reset connection; false for a half-closed connection
     */
    boolean isWriteBroken();

    /** Releases resources beside the descriptor, which stays open. */
    @Override
    void close();
}
