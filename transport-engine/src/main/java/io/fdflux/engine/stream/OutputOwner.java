package io.fdflux.engine.stream;

import io.fdflux.engine.Registration;
import io.netty.buffer.ByteBuf;

/**
 * The owner of an {@link Output}: it keeps the pending writes and makes the calls. All methods run on the
 * loop's thread.
 */
public interface OutputOwner {

    /** {@return whether there are pending writes} */
    boolean hasPending();

    /** {@return whether a flush is to write in that call, without staging} */
    default boolean writesInFlush() {
        return false;
    }

    /**
     * Promises pending writes: the owner keeps their bytes and tells their writers of success. Writers run user code,
     * which may flush again, close the owner or move it.
     *
     * @param registration of the descriptor, which is not known to be full
     * @return whether to write now, instead of at the end of the loop's turn: some writes could not be promised
     */
    default boolean stage(Registration registration) {
        return false;
    }

    /** {@link #stage} has returned, and no pass is on the stack. */
    default void onStaged() {}

    /**
     * The bytes that one send(2) at the turn's end takes, together with the sends of other descriptors.
     *
     * @return direct, of one component, and still the owner's; null if {@link #write} has to be called
     */
    default ByteBuf singleSend() {
        return null;
    }

    /**
     * Takes off what the kernel has taken of {@link #singleSend()}. No user code may run.
     *
     * @param registration of the descriptor
     * @param result       the bytes, or {@code -errno}
     */
    default void onSent(Registration registration, int result) {
        throw new IllegalStateException("this output offers no send: " + this);
    }

    /** A pass over the pending writes begins. */
    default void onTurnStart() {}

    /**
     * {@link #write} has thrown, or a send at the turn's end has failed.
     *
     * @param cause the output has failed, or the owner's file or source has
     */
    void onWriteError(Throwable cause);

    /**
     * Whether the bounds of a turn allow another call.
     *
     * @param writes calls of this turn so far; the first one is always allowed
     * @return true if they do
     */
    boolean mayWriteAgain(int writes);

    /**
     * Whether the poller reports when a full descriptor takes more. If not, the owner has to try again by itself.
     *
     * @return true, but for sockets whose receiver is full
     */
    default boolean awaitsWritable() {
        return true;
    }

    /**
     * Makes one call for the first of the pending writes, and for those that go along with it, and takes off what
     * was written.
     *
     * @param registration of the descriptor
     * @return whether another call may succeed: false for EAGAIN, and for a short write that proves the descriptor full
     * @throws Exception if the output has failed, or the owner's file or source has
     */
    boolean write(Registration registration) throws Exception;

    /**
     * Whether the owner is still open on a loop. Completed writes run user code, which may have closed it or moved it.
     *
     * @param registration of the turn
     * @return true if it is
     */
    boolean isWritable(Registration registration);

    /** A pass over the pending writes is over. */
    default void onTurnEnd() {}

    /**
     * A connect has ended.
     *
     * @param errno 0 if the descriptor is connected, else the reason of the failure
     */
    default void onConnected(int errno) {
        throw new IllegalStateException("this output never connects: " + this);
    }

    /** {@return the outcome of a connect that an event was reported for: 0, its errno, or {@code -EINPROGRESS}} */
    default int connectOutcome() {
        return 0;
    }
}
