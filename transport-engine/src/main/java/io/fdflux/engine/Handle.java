package io.fdflux.engine;

/**
 * The owner of one descriptor on a loop, which the engine calls when an attempt is due. All methods run on the loop's
 * thread. An exception of a method is logged, and closes this handle only.
 *
 * <p>Demand and readiness decide when an attempt is due, see {@link Registration}.
 */
public interface Handle {

    /** {@return the number of the open descriptor; asked once, at registration} */
    int fd();

    /**
     * Whether a short transfer proves that the descriptor is drained: true for stream sockets only (epoll(7), question
     * 9). A terminal returns one line per read, and a pipe can hold packets.
     *
     * @return true if it does
     */
    boolean isStream();

    /** Reads or accepts, once or a few times. Demand is outstanding, and the attempt may succeed. */
    void attemptRead();

    /** Writes, or finishes a connect, once or a few times. The attempt may succeed. */
    void attemptWrite();

    /**
     * The peer has hung up, and no read is wanted. Called for the event, and again after each later read. The handle
     * completes once its input is drained.
     */
    void onHangup();

    /**
     * The poller has reported an error without a hang-up, and no read is due that would find it. Linux reports the lost
     * reader of a pipe this way (pipe_poll() in fs/pipe.c). On a socket, the next call returns the error.
     */
    default void onError() {}

    /**
     * The kernel refuses to watch the descriptor, so no event will ever report readiness.
     *
     * @param errno the reason, in the platform's numbering
     */
    void onWatchRefused(int errno);

    /**
     * Ends in this call, without waiting for a peer, and removes the descriptor from the loop. Called when the loop
     * shuts down or an attempt threw. During a shutdown, each iteration calls it again while the handle
     * stays registered.
     */
    void close();

    /**
     * Whether this handle is the rest of one that was closed, and only sends what that one has promised. The shutdown
     * of the loop does not close it; the end of the loop does.
     *
     * @return true if it is
     */
    default boolean isLingering() {
        return false;
    }

    /** {@return the bytes that writers believe sent, and the kernel has not taken} */
    default long promisedBytes() {
        return 0;
    }

    /** Sends promised bytes, as far as the kernel takes them, without running user code. */
    default void sendPromised() {}
}
