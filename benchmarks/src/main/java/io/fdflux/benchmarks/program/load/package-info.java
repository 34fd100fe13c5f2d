/**
 * The senders. They run on Netty's own epoll or NIO and never on fdflux, so that each side of a comparison gets the
 * same load. They are closed loops: a connection sends when it has its answer.
 */
package io.fdflux.benchmarks.program.load;
