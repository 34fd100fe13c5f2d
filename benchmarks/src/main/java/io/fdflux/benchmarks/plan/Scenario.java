package io.fdflux.benchmarks.plan;

import java.util.List;

/**
 * One row of the table.
 *
 * @param name      by which the programs know it
 * @param title     for people
 * @param operation what is counted: a request, a message, a chunk
 * @param sending   how it is driven
 * @param neighbours whether busy processes share the server's processor, because otherwise the sender would be
 *     the limit
 * @param busy      whether loops that poll before they block serve it, too
 * @param haproxy   whether HAProxy serves it, too
 * @param targets   of fdflux
 * @param kqueue    bounds of the counts over kqueue; empty if it is not counted there
 */
public record Scenario(
        String name,
        String title,
        String operation,
        Sending sending,
        boolean neighbours,
        boolean busy,
        boolean haproxy,
        List<Target> targets,
        List<Target> kqueue) {

    /** Whether the scenario is measured on the transport, if that can run here. */
    public boolean runsOn(Transport transport) {
        return switch (transport) {
            case HAPROXY -> haproxy;
            case FDFLUX_BUSY -> busy;
            case FDFLUX_KQUEUE -> !kqueue.isEmpty();
            case FDFLUX, NIO, EPOLL, IO_URING -> true;
        };
    }
}
