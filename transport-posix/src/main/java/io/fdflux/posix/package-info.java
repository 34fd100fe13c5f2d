/**
 * The operating system's objects that users meet: descriptors, errors, TCP state and peer credentials.
 *
 * <p>Only this module makes native calls. Calls that a hot path makes throw and allocate nothing. They return their
 * result if it is not negative, and {@code -errno} otherwise, in the numbering of the {@linkplain
 * io.fdflux.posix.platform.Platform#current() platform}.
 *
 * <p>Two settings replace the host's kernel in tests and in a diagnosis. {@value
 * io.fdflux.posix.ffi.NativeFunctions#LIBRARIES_PROPERTY} names libraries that are searched for symbols before the C
 * library. {@value io.fdflux.posix.platform.Platform#PROPERTY} names the table of constants and layouts to use instead
 * of the host's.
 */
package io.fdflux.posix;
