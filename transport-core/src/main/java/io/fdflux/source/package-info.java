/**
 * Streams of what happens on a loop besides readiness: {@link io.fdflux.source.SourceFlux} of kernel sources,
 * {@link io.fdflux.source.TickFlux} of the loop's clock, {@link io.fdflux.source.PostQueue} of other threads.
 */
package io.fdflux.source;
