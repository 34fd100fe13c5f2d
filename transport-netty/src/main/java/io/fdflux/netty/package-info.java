/**
 * Netty channels over the engine, one family for every poller, and the {@code LoopResources} that put Reactor Netty on them.
 * Start with {@link io.fdflux.netty.FdLoopResources}.
 */
package io.fdflux.netty;
