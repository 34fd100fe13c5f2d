package io.fdflux.page;

import io.fdflux.netty.FdChannelState;

/**
 * Who waits for whom at a connection, the first that applies. From the one that needs a look most to the one that needs
 * it least.
 */
enum Waits {
    /** {@link #TAKE} for a while, without a single event: a slow reader. */
    SLOW,
    /** This side waits for the peer to take bytes: the socket is full. */
    TAKE,
    /** The peer waits for this side: bytes have come, and nobody asks for them. */
    DEMAND,
    /** Nobody: bytes are on their way to the peer, whose socket has capacity. */
    FLOW,
    /** This side waits for the peer to send. */
    SEND,
    /** Nobody asks, and nothing has come. */
    NOBODY,
    /** A listener or a datagram socket, which has no peer to wait for. */
    ANYBODY;

    /**
     * Reads a state.
     *
     * @param connected whether the channel has one peer
     * @param slow      whether it has been full for long, without an event
     */
    static Waits of(FdChannelState state, boolean connected, boolean slow) {
        if (state.full()) {
            return slow ? SLOW : TAKE;
        }
        if (state.unsent() > 0) {
            return FLOW;
        }
        if (!connected) {
            return ANYBODY;
        }
        if (state.demand()) {
            return SEND;
        }
        return state.unread() > 0 ? DEMAND : NOBODY;
    }
}
