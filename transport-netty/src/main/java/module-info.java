/** Netty channels over the engine, and Reactor Netty on them. */
module io.fdflux.netty {
    requires transitive io.fdflux;
    requires transitive io.netty.transport.unix.common;
    requires transitive reactor.netty.core;

    exports io.fdflux.netty;
}
