package io.fdflux;

import io.fdflux.loop.EngineIoHandler;
import io.fdflux.poller.PollerUnavailableException;
import io.fdflux.poller.Pollers;
import io.fdflux.spi.PollerProvider;
import io.netty.channel.IoHandlerFactory;

/** Makes loops of Netty's own event loop groups run the channels of this transport. Thread-safe. */
public final class FdIoHandler {

    private FdIoHandler() {}

    /**
     * Makes I/O handlers with the best poller here.
     *
     * @return a factory for {@link io.netty.channel.MultiThreadIoEventLoopGroup}; what it makes fails with
     *     {@link java.io.UncheckedIOException} where the kernel refuses another poller
     * @throws PollerUnavailableException if no poller can run here
     */
    public static IoHandlerFactory newFactory() {
        return newFactory(Pollers.select(""));
    }

    /**
     * Makes I/O handlers with a given poller.
     *
     * @param provider where each loop gets its poller
     * @return a factory, as {@link #newFactory()} has it
     */
    public static IoHandlerFactory newFactory(PollerProvider provider) {
        return EngineIoHandler.newFactory(provider, handler -> {});
    }
}
