package io.fdflux.engine;

/**
 * The owner of one descriptor on a loop. The engine calls it when an attempt is due. All methods run on the loop's
 * thread. What they throw is logged, and closes this handle only.
 *
 * <p>Readiness and demand decide when an attempt is due: see {@link Registration}.
 */
public interface Handle {

    /** {@return the number of the open descriptor; asked once, at registration} */
    int fd();

    /**
     * Whether a short transfer proves that nothing is left: true for stream sockets only (epoll(7), question 9). A
     * terminal answers one line per read, and a pipe can hold packets.
     *
     * @return true if it does
     */
    boolean isStream();

    /** Reads or accepts, once or a few times. Demand is outstanding, and an attempt may succeed. */
    void attemptRead();

    /** Writes, or finishes a connect, once or a few times. An attempt may succeed. */
    void attemptWrite();

    /**
     * The peer has gone, and no read is wanted. Called for the event, and again after each read that follows it: a
     * handle that finds nothing left to read completes.
     */
    void onHangup();

    /**
     * The poller has reported an error without a hang-up, and no read is due that would find it. Linux reports the lost
     * reader of a pipe so (pipe_poll() in fs/pipe.c). For a socket, the next call tells.
     */
    default void onError() {}

    /**
     * The kernel refuses to watch the descriptor, so nothing would ever report readiness.
     *
     * @param errno the reason, in the platform's numbering
     */
    void onWatchRefused(int errno);

    /**
     * Ends in this call, without waiting for a peer, and takes the descriptor off the loop: the loop goes down, or an
     * attempt threw. Called again in each iteration of a shutdown for a handle that stays registered.
     */
    void close();
}
