/**
 * JMH benchmarks of what lives in one process. {@code scripts/jmh} runs them all, and
 * {@code scripts/jmh Downcall -prof gc} runs one of them and counts what it allocates.
 */
package io.fdflux.benchmarks.jmh;
