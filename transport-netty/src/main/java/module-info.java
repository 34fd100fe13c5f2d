/** Netty channels over the engine. */
module io.fdflux.netty {
    requires transitive io.fdflux;
    requires io.fdflux.engine;
    requires transitive io.netty.transport.unix.common;

    exports io.fdflux.netty;
}
