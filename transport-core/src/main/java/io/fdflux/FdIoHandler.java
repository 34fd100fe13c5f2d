package io.fdflux;

import io.fdflux.loop.EngineIoHandler;
import io.fdflux.poller.PollerUnavailableException;
import io.fdflux.poller.Pollers;
import io.fdflux.spi.PollerProvider;
import io.netty.channel.IoHandlerFactory;
import io.netty.util.concurrent.Ticker;

/** Lets loops of Netty's own event loop groups run the channels of this transport. Thread-safe. */
public final class FdIoHandler {

    private FdIoHandler() {}

    /**
     * Creates I/O handlers with the best poller here.
     *
     * @return a factory for {@link io.netty.channel.MultiThreadIoEventLoopGroup}; a handler's creation fails with
     *     {@link java.io.UncheckedIOException} if the kernel refuses another poller
     * @throws PollerUnavailableException if no poller can run here
     */
    public static IoHandlerFactory newFactory() {
        return newFactory(Pollers.select(""));
    }

    /**
     * Creates I/O handlers with a given poller.
     *
     * @param provider opens the poller of each loop
     * @return a factory, see {@link #newFactory()}
     */
    public static IoHandlerFactory newFactory(PollerProvider provider) {
        return EngineIoHandler.newFactory(provider, Ticker.systemTicker(), handler -> {});
    }
}
