/** Signals by name, and calls that start, signal and reap processes. */
package io.fdflux.posix.process;
