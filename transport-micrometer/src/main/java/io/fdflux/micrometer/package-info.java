/** Meters of event loops, for Micrometer's registries. */
package io.fdflux.micrometer;
