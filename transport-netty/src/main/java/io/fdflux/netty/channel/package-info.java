/**
 * The base classes of all channels: registration and life cycle, stream input and output, connects, half-close,
 * splices, listeners.
 */
package io.fdflux.netty.channel;
