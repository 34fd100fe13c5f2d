package io.fdflux.loop;

import io.fdflux.engine.Guest;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoRegistration;

/**
 * A user of a loop that has nothing at the poller, such as a stream of timer ticks. It is registered so that the loop
 * closes it when it shuts down. The registration's attachment is a {@link io.fdflux.engine.GuestRegistration}, which
 * asks for turns among the reads of descriptors.
 */
public interface LoopGuest extends IoHandle, Guest {

    /** {@return its place in a pass: a higher one runs first; asked once, at registration} */
    default int priority() {
        return 0;
    }

    /** Never called for a guest that asks for no turns. */
    @Override
    default void turn() {
        throw new UnsupportedOperationException(getClass().getName() + " asks for no turns");
    }

    /** Ends in this call. Called when the loop shuts down. The registration must be cancelled in it. */
    @Override
    void close();

    /** Never called by this transport. */
    @Override
    default void handle(IoRegistration registration, IoEvent event) {
        throw new UnsupportedOperationException(getClass().getName() + " has nothing at a poller, so it has no events");
    }
}
