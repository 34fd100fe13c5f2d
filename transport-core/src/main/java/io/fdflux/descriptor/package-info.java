/**
 * Streams over descriptors: {@link io.fdflux.descriptor.ReadFlux} and {@link io.fdflux.descriptor.WriteMono}, and the
 * calls that each kind of open file needs.
 */
package io.fdflux.descriptor;
