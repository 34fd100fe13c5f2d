/**
 * Support for tests. {@link io.fdflux.test.ScriptedKernel} simulates a kernel for code over {@link io.fdflux.FdFlux}.
 * {@link io.fdflux.test.PollerContract} tests the contract that every poller must keep.
 */
package io.fdflux.test;
