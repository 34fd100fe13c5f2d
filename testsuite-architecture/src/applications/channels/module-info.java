/** A plain Netty application. */
module application.channels {
    requires io.fdflux.netty;
}
