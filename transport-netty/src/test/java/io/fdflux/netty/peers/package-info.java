/**
 * Bugs that users reported of other transports where they are read on demand, one class a report, named by its number.
 */
package io.fdflux.netty.peers;
