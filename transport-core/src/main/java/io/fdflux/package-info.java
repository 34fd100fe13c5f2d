/**
 * The engine, and the operating system's descriptors as Reactor streams. Start with {@link io.fdflux.FdLoops} and
 * {@link io.fdflux.FdFlux}.
 */
package io.fdflux;
