/** Netty channels over the engine. */
module io.fdflux.netty {
    requires transitive io.fdflux;
    requires transitive io.netty.transport.unix.common;

    exports io.fdflux.netty;
}
