/** What is compared: event loops of fdflux, and of Netty's NIO, epoll and io_uring, behind one interface. */
package io.fdflux.benchmarks.program.transport;
