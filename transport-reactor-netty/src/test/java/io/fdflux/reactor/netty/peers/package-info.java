/** Bugs of other transports that users of Reactor Netty reported, one class per report, named by its number. */
package io.fdflux.reactor.netty.peers;
