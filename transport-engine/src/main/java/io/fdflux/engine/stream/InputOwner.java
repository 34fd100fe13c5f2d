package io.fdflux.engine.stream;

import io.fdflux.engine.Registration;

/**
 * The owner of an {@link Input}: it makes the calls on the descriptor, delivers their data, and takes the outcome. All
 * methods run on the loop's thread.
 */
public interface InputOwner {

    /** The number of bytes left is not known. */
    int UNKNOWN = -1;

    /** Reads per turn, unless the owner decides otherwise. */
    int READS_PER_TURN = 16;

    /** Bytes per turn, unless the owner decides otherwise. */
    int BYTES_PER_TURN = 256 * 1024;

    /**
     * Makes one read call. Reports data by {@link Registration#onRead} and delivers it before returning. Whoever
     * delivers takes the demand off that the data answers.
     *
     * @param registration of the descriptor
     * @return the bytes, 0 for an empty message, {@link Input#END}, or {@code -errno}
     * @throws RuntimeException if there is no buffer to read into; so do Errors
     */
    int read(Registration registration);

    /**
     * Whether another read call may follow in the same turn. Deliveries run user code, so the owner may have closed,
     * moved to another loop, or lost its demand.
     *
     * @param registration of the turn
     * @param reads        calls of this turn that succeeded, at least 1
     * @param bytes        bytes of this turn
     * @return true if it is still open on this registration, wants more, and is within its bounds
     */
    boolean mayReadAgain(Registration registration, int reads, long bytes);

    /**
     * Whether the descriptor has an end. A datagram socket and a listener have none: a hang-up of theirs means nothing,
     * and each errno is an error.
     *
     * @return true, but for those
     */
    default boolean hasEnd() {
        return true;
    }

    /** A turn that has delivered something is over. Called before its outcome. */
    default void onTurnEnd() {}

    /** The input has ended in order. Called once. */
    default void onEnd() {
        throw new IllegalStateException("an input without an end has ended: " + this);
    }

    /**
     * A read call has failed, or a hang-up with an error left nothing to read.
     *
     * @param errno positive
     */
    void onReadError(int errno);

    /**
     * There was no buffer to read into. Nothing is lost: the bytes stay in the kernel.
     *
     * @param registration of the turn
     * @param cause        the allocator's exception
     */
    void onBufferFailure(Registration registration, Throwable cause);

    /** Demand came after the end, which it can only be answered by. */
    default void onReadAfterEnd() {}

    /** {@return how many bytes a read would find, or a negative number where that is not known} */
    default int available() {
        return UNKNOWN;
    }

    /** {@return the error that the descriptor has failed with, which this call takes off it (SO_ERROR); 0 for none} */
    default int takeError() {
        return 0;
    }

    /**
     * Whether a reset ends the owner at once, whatever is left to read. True for an accepted connection: nobody is left
     * to answer (invariant 9). The bytes of a connection that this side has opened may be the answer.
     *
     * @return true to be told by {@link #onReset}
     */
    default boolean endsByReset() {
        return false;
    }

    /** The peer has reset a connection that {@link #endsByReset}. */
    default void onReset() {}
}
