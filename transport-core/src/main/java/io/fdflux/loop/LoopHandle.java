package io.fdflux.loop;

import io.fdflux.engine.Handle;
import io.netty.channel.Channel;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoRegistration;

/**
 * A handle that Netty's event loop registers and the engine drives. Events do not pass through Netty's {@link #handle}:
 * the engine asks for attempts.
 */
public interface LoopHandle extends Handle, IoHandle {

    /** {@return the channel of this handle, or null if it has none} */
    default Channel channel() {
        return null;
    }

    @Override
    void close();

    /** Not called by this transport. */
    @Override
    default void handle(IoRegistration registration, IoEvent event) {
        throw new UnsupportedOperationException(
                "events of " + getClass().getName() + " come from " + EngineIoHandler.class);
    }
}
