/** Descriptors that nobody closes. {@code io.fdflux.posix} finds this package as a service. */
package io.fdflux.leak;
