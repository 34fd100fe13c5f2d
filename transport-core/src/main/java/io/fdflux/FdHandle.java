package io.fdflux;

import io.netty.channel.Channel;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoRegistration;

/**
 * What the engine drives: the owner of one descriptor. All methods are called on the loop's thread. What they throw is
 * logged and closes this handle only.
 *
 * <p>Events do not pass through Netty's {@link #handle}: the engine decides from {@link Registration readiness and demand}
 * when an attempt is due, and asks for that.
 */
public interface LoopHandle extends IoHandle {

    /** {@return the number of the open descriptor; asked once, when it is registered} */
    int fd();

    /** {@return the channel whose descriptor this is, or null if it is not a channel's} */
    default Channel channel() {
        return null;
    }

    /**
     * Whether a short transfer proves that nothing is left: true for stream sockets only (epoll(7)). A terminal answers one
     * line a read, and a pipe can hold packets.
     *
     * @return true if it does
     */
    boolean isStream();

    /** Reads (or accepts) once or a few times. Demand is outstanding and an attempt may succeed. */
    void attemptRead();

    /** Writes what is pending (or finishes a connect), once or a few times. An attempt may succeed. */
    void attemptWrite();

    /**
     * The peer has gone and nobody wants to read. Called when that is noticed, and again after each read that followed it: a
     * handle that finds nothing left to read completes.
     */
    void hangup();

    /**
     * The poller has reported an error without a hang-up, and no read is due that would find out. Linux reports so that a
     * pipe has no reader any more (pipe_poll() in fs/pipe.c); of a socket, the next call tells.
     */
    default void error() {}

    /**
     * The kernel refuses to watch the descriptor, so nothing would ever report readiness.
     *
     * @param errno why, in the platform's numbering
     */
    void refused(int errno);

    /**
     * The loop goes down, or an attempt threw: ends in this call, without waiting for a peer, and takes the descriptor off the
     * loop. Called again in each iteration of a shutdown for a handle that stays registered.
     */
    @Override
    void close();

    /** Not called by this engine. */
    @Override
    default void handle(IoRegistration registration, IoEvent event) {
        throw new UnsupportedOperationException(
                "events of " + getClass().getName() + " come from " + FdIoHandler.class);
    }
}
