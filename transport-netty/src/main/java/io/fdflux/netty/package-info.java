/**
 * Netty channels over the engine, the same classes on every poller. They work with Netty's bootstraps and the loops of
 * {@code FdLoops}.
 */
package io.fdflux.netty;
