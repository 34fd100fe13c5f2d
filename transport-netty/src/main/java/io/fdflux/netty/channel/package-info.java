/**
 * What the channels of every socket family have in common: their life on a loop, reads, writes, connects, half-close
 * and splices of streams, and listeners.
 */
package io.fdflux.netty.channel;
