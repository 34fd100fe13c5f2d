/** Sockets: addresses, options, connections, datagrams, and messages that carry descriptors. */
package io.fdflux.posix.socket;
