/**
 * The engine of one loop: registrations and their directions, the run lists, one iteration, the counters. It depends
 * neither on Netty's channels nor on Reactor. Start with {@link io.fdflux.engine.Engine}.
 */
package io.fdflux.engine;
