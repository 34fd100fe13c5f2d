package io.fdflux;

import io.netty.buffer.ByteBuf;

/** The calls that streams make on one descriptor. None of them waits. Loop thread only. */
public interface DescriptorIo extends AutoCloseable {

    /** What {@link #read} answers at the end. */
    int END = Integer.MIN_VALUE;

    /** {@return the number to watch and to call; another one than the descriptor's where its file was opened again} */
    int number();

    /**
     * Whether a short transfer proves that nothing is left.
     *
     * @return true for a stream socket
     */
    boolean isStream();

    /**
     * Whether an empty buffer is something to read and to write.
     *
     * @return true for a socket that preserves the boundaries of messages
     */
    boolean hasEmptyMessages();

    /**
     * How much room the next read needs, because what does not fit would be lost.
     *
     * @return bytes, 0 for a stream of bytes
     */
    int leastCapacity();

    /**
     * Reads once into the writable bytes of a buffer, whose writer index it moves.
     *
     * @param buffer direct, with at least one writable byte
     * @return bytes read, 0 for an empty message, {@link #END}, or {@code -errno}
     */
    int read(ByteBuf buffer);

    /**
     * Writes the readable bytes of a buffer once, moving its reader index.
     *
     * @param buffer direct, with at least one readable byte unless this {@link #hasEmptyMessages()}
     * @return bytes written, or {@code -errno}
     */
    int write(ByteBuf buffer);

    /**
     * How many bytes a read would find, without reading.
     *
     * @return bytes, or {@code -errno} where that is not known
     */
    int available();

    /**
     * The error that the descriptor has failed with, which this takes off it.
     *
     * @return a positive errno, 0 where that is not known
     */
    int pendingError();

    /**
     * Whether nobody will ever take what is written, found without writing.
     *
     * @return true if the reader of a pipe has gone, or a connection is reset; false for a half-closed one
     */
    boolean isWriteBroken();

    /** Gives back what was needed beside the descriptor, which stays open. */
    @Override
    void close();
}
