/** The servers: one class per scenario, with the same handler code on each transport. */
package io.fdflux.benchmarks.program.scenario;
