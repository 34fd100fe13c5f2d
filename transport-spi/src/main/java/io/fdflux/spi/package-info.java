/** The contract of a poller: one kernel event queue owned by one thread. Start with {@link io.fdflux.spi.Poller}. */
package io.fdflux.spi;
