/** The contract of a poller. Start with {@link io.fdflux.spi.Poller}. */
package io.fdflux.spi;
