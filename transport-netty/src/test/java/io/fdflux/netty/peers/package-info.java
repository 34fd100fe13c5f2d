/** Bugs of other transports that users of demand-driven reads reported, one class per report, named by its number. */
package io.fdflux.netty.peers;
