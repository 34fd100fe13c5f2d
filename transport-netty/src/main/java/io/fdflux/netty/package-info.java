/**
 * Netty channels over the engine, one family for every poller: for Netty's bootstraps, with the loops of
 * {@code FdLoops}.
 */
package io.fdflux.netty;
