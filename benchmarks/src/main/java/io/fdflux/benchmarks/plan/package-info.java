/** What is measured, and what is expected of it: the scenarios with their senders and targets, as one table. */
package io.fdflux.benchmarks.plan;
