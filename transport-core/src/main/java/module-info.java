/** The operating system's descriptors as Reactor streams, on event loops with their own engine. */
@SuppressWarnings("module") // the target modules are built later
module io.fdflux {
    requires io.fdflux.engine;
    requires transitive io.fdflux.posix;
    requires transitive io.fdflux.spi;
    requires transitive io.netty.buffer;
    requires transitive io.netty.common;
    requires transitive io.netty.transport;
    requires transitive org.reactivestreams;
    requires transitive reactor.core;

    exports io.fdflux;
    exports io.fdflux.diagnosis;
    exports io.fdflux.poller;
    exports io.fdflux.descriptor to
            io.fdflux.test;
    exports io.fdflux.loop to
            io.fdflux.netty;

    uses io.fdflux.spi.PollerProvider;
}
