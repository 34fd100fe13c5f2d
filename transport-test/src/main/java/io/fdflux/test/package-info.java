/**
 * For tests. {@link io.fdflux.test.ScriptedKernel} stands in the kernel's place, so that code over
 * {@link io.fdflux.FdFlux} is tested step by step; {@link io.fdflux.test.PollerContract} is what every poller has
 * to pass.
 */
package io.fdflux.test;
