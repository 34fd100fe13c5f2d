/**
 * The only package with native calls: descriptors, sockets, addresses, errno, and the kernel's event queues, through the
 * Foreign Function and Memory API.
 *
 * <p>Calls that a hot path makes throw and allocate nothing: they return their result if it is not negative, and
 * {@code -errno} otherwise, in the numbering of the {@linkplain io.fdflux.posix.Platform#current() platform}.
 *
 * <p>Which kernel answers is a setting, for tests and diagnosis: {@value
 * io.fdflux.posix.NativeFunctions#LIBRARIES_PROPERTY} names libraries that are searched for symbols before the C library, {@value
 * io.fdflux.posix.Platform#PROPERTY} the table of constants and layouts to use instead of the host's.
 */
package io.fdflux.posix;
