package io.fdflux.benchmarks.plan;

import java.util.List;

/**
 * One row of the table.
 *
 * @param name      by which the programs know it
 * @param title     for people
 * @param operation what is counted: a request, a message, a chunk
 * @param sending   how it is driven
 * @param neighbour whether a busy process shares the server's processor, because otherwise the sender would be
 *     the limit
 * @param targets   of fdflux
 * @param kqueue    bounds of the counts over kqueue; empty if it is not counted there
 */
public record Scenario(
        String name,
        String title,
        String operation,
        Sending sending,
        boolean neighbour,
        List<Target> targets,
        List<Target> kqueue) {}
