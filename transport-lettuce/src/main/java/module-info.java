/** Lettuce on the channels of fdflux. */
module io.fdflux.lettuce {
    requires transitive io.fdflux.netty;
    requires transitive lettuce.core;
    requires io.netty.resolver;
    requires io.netty.resolver.dns;
    requires reactor.core;

    exports io.fdflux.lettuce;
}
