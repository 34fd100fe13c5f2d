/** Bugs that users of Reactor Netty reported of other transports, one class a report, named by its number. */
package io.fdflux.reactor.netty.peers;
