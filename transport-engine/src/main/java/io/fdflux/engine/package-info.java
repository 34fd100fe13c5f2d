/**
 * The engine of one loop: registrations and their directions, the run lists, one iteration, the counters. It knows
 * neither Netty's channels nor Reactor. {@link io.fdflux.engine.Engine} is where to begin.
 */
package io.fdflux.engine;
