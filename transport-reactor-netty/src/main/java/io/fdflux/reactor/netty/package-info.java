/** Reactor Netty on fdflux. Start with {@link io.fdflux.reactor.netty.FdLoopResources}. */
package io.fdflux.reactor.netty;
