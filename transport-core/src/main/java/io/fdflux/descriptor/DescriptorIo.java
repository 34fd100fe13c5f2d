package io.fdflux.descriptor;

import io.fdflux.engine.stream.Input;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.io.Poll;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.Collection;
import java.util.function.Consumer;

/** The calls of streams on one descriptor. None of them blocks. Loop thread only. */
public interface DescriptorIo extends AutoCloseable {

    /** {@return the number to watch and to call; differs from the descriptor's number if its file was opened again} */
    int number();

    /**
     * Whether the number of a descriptor still stands for the file that was opened. The kernel does not report that
     * somebody else has closed a number.
     *
     * @param descriptor leased by the caller
     * @return false if it is known to be another file's
     */
    default boolean isOf(Descriptor descriptor) {
        return true;
    }

    /**
     * Whether a short transfer proves that the descriptor is drained.
     *
     * @return true for a stream socket
     */
    boolean isStream();

    /**
     * Whether calls wait for no peer, so that there is nothing to watch. A kqueue(2) would accept a watch, and report
     * nothing at the end of the file.
     *
     * @return true for a regular file
     */
    default boolean neverBlocks() {
        return false;
    }

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
     * Whether one call may write several buffers: none of them is a message of its own.
     *
     * @return true for streams of bytes that this implementation gathers
     */
    default boolean joinsWrites() {
        return false;
    }

    /**
     * Writes the readable bytes of several buffers by one call, and leaves their indices as they are. Only if this
     * {@link #joinsWrites()}.
     *
     * @param buffers direct, each of one component, with at least one readable byte
     * @return bytes written, or {@code -errno}
     */
    default int write(Collection<ByteBuf> buffers) {
        throw new UnsupportedOperationException("each of these writes is a message: " + buffers);
    }

    /**
     * Accepts one connection.
     *
     * @param connections receives it, non-blocking and closed on exec, and owns it from then on
     * @return 0, or {@code -errno}
     * @throws IOException if the listener cannot be used without blocking
     */
    default int accept(Consumer<Descriptor> connections) throws IOException {
        return -Errno.ENOTSOCK;
    }

    /**
     * Whether a call would not block, as poll(2) knows it. The end and a failure count as ready.
     *
     * @param reading whether the call reads or accepts; else it writes
     * @return 1 if it is ready, 0 if not, or {@code -errno}
     */
    default int poll(boolean reading) {
        int events = Poll.now(number(), reading ? Poll.IN | Poll.RDHUP : Poll.OUT);
        return events < 0 ? events : (events & Poll.NVAL) != 0 ? -Errno.EBADF : Math.min(events, 1);
    }

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
