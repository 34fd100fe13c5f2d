/** What was measured: the raw results as records, their JSON, and the statistics over them. */
package io.fdflux.benchmarks.result;
