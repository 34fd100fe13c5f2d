/** Datagram sockets of every family: several datagrams per call, segments, and multicast groups. */
package io.fdflux.netty.datagram;
