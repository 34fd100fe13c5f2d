package io.fdflux.benchmarks.program.load;

import io.fdflux.benchmarks.program.transport.UnavailableException;
import java.io.IOException;

/** The load of a scenario. */
@FunctionalInterface
public interface Load {

    /**
     * Sends until the time is over and the last answers are there.
     *
     * @param target where to, and how long
     * @return what was done
     * @throws UnavailableException if this machine cannot send it
     * @throws IOException          if the server does not serve the scenario
     * @throws InterruptedException if the process is to end
     */
    LoadResult send(LoadTarget target) throws UnavailableException, IOException, InterruptedException;
}
