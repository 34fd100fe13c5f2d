/** The choice of a poller, and the self-test that a poller has to pass first. */
package io.fdflux.poller;
