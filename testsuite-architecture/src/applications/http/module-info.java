/** Reactor Netty. */
module application.http {
    requires io.fdflux.reactor.netty;
    requires reactor.netty.http;
}
