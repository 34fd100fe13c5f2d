package io.fdflux.benchmarks.program.scenario;

import io.fdflux.benchmarks.program.transport.TransportLoops;
import io.fdflux.benchmarks.program.transport.UnavailableException;
import java.io.IOException;

/** The server of a scenario. It runs the same code on each transport. */
@FunctionalInterface
public interface Scenario {

    /**
     * Starts the server.
     *
     * @param loops all that the server does runs on these loops
     * @param port  to listen on; 0 for any
     * @return the running server; the caller closes it, before the loops
     * @throws UnavailableException if the scenario cannot run here or on this transport
     * @throws IOException          if the server cannot be set up
     */
    Served serve(TransportLoops loops, int port) throws UnavailableException, IOException;
}
