package io.fdflux.benchmarks.result;

/**
 * One run of the sender against one server.
 *
 * @param load   what the sender reports
 * @param server what the server used meanwhile
 */
public record Run(Load load, ServerUse server) {}
