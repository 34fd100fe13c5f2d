/** Reactor Netty on the channels of fdflux. */
module io.fdflux.reactor.netty {
    requires transitive io.fdflux.netty;
    requires transitive reactor.netty.core;

    exports io.fdflux.reactor.netty;
}
