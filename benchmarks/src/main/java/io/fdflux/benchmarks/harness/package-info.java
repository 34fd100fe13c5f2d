/** The end-to-end harness: starts servers and senders, measures them, and keeps what it found. */
package io.fdflux.benchmarks.harness;
