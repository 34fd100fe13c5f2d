/** The choice of a poller, and the self-test that a poller must pass first. */
package io.fdflux.poller;
