/** Vert.x on the channels of fdflux. */
module io.fdflux.vertx {
    requires transitive io.fdflux.netty;
    requires transitive io.vertx.core;

    exports io.fdflux.vertx;

    provides io.vertx.core.spi.VertxServiceProvider with
            io.fdflux.vertx.FdVertxServiceProvider;
}
