/** The engine, and descriptors as Reactor streams. */
module io.fdflux {
    requires transitive io.fdflux.spi;
    requires transitive io.fdflux.posix;
    requires transitive io.netty.buffer;
    requires transitive io.netty.common;
    requires transitive io.netty.transport;
    requires transitive org.reactivestreams;
    requires transitive reactor.core;

    exports io.fdflux;

    uses io.fdflux.spi.PollerProvider;
}
