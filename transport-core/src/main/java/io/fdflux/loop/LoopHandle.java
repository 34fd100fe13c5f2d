package io.fdflux.loop;

import io.fdflux.engine.Handle;
import io.netty.channel.Channel;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoRegistration;

/**
 * A handle that is registered with Netty's event loop and driven by the engine. The engine asks for attempts itself, so
 * no event passes through Netty's {@link #handle}.
 */
public interface LoopHandle extends Handle, IoHandle {

    /** {@return the channel of this handle, or null if it has none} */
    default Channel channel() {
        return null;
    }

    @Override
    void close();

    /** Never called by this transport. */
    @Override
    default void handle(IoRegistration registration, IoEvent event) {
        throw new UnsupportedOperationException(
                "events of " + getClass().getName() + " come from " + EngineIoHandler.class);
    }
}
