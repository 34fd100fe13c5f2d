package io.fdflux.loop;

import io.fdflux.engine.SourceHandle;
import io.fdflux.spi.SourceKind;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoRegistration;

/**
 * The owner of a kernel source that is registered with Netty's event loop: {@code loop.register(source)}. The
 * registration's attachment is a {@link io.fdflux.engine.SourceRegistration}, which takes demand. Reports come by
 * {@link #occurred} and {@link #refused}, so no event passes through Netty's {@link #handle}. Loop thread only.
 */
public interface LoopSource extends SourceHandle, IoHandle {

    /** {@return the kind of the source; asked once, at registration} */
    SourceKind kind();

    /** {@return what to watch, see {@link io.fdflux.spi.EventSources}; asked once, at registration} */
    long ident();

    /** {@return more about it, see there; asked once, at registration} */
    long detail();

    @Override
    void close();

    /** Never called by this transport. */
    @Override
    default void handle(IoRegistration registration, IoEvent event) {
        throw new UnsupportedOperationException(
                "reports of " + getClass().getName() + " come from " + EngineIoHandler.class);
    }
}
