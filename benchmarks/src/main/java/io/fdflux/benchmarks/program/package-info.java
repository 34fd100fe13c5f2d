/**
 * The programs that the harness runs in JVMs of their own. {@link io.fdflux.benchmarks.program.Server} serves a
 * scenario on a transport. {@link io.fdflux.benchmarks.program.StartUp} is timed from its start to its first answer.
 */
package io.fdflux.benchmarks.program;
