package io.fdflux.benchmarks.harness;

import io.fdflux.benchmarks.plan.Scenario;
import io.fdflux.benchmarks.plan.Sending;
import io.fdflux.benchmarks.result.Load;
import io.fdflux.benchmarks.result.ServerUse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Drives one server through its runs. A run is a command that ends when the run ends, so that a {@link CallCounter} can
 * count meanwhile.
 */
interface Sender extends AutoCloseable {

    /**
     * Prepares the sender of a scenario.
     *
     * @param log takes what a sender of this module prints to standard error
     * @throws UnavailableException if it is not installed
     */
    static Sender start(Scenario scenario, Workbench workbench, Path log)
            throws IOException, InterruptedException, UnavailableException {
        return scenario.sending() instanceof Sending.Own
                ? SenderProcess.start(
                        fifos -> workbench.pinning().sender(workbench.programs().sender(scenario.name(), fifos)), log)
                : new ToolSender(scenario.sending(), workbench.pinning());
    }

    /** {@return the command line of a run that is read for its latencies} */
    List<String> command(int port, int seconds) throws IOException;

    /** {@return the command line of a run in which something else is measured} */
    List<String> commandWithoutLog(int port, int seconds);

    /**
     * Reads a run.
     *
     * @param output  of its command
     * @param use     of the server meanwhile
     * @param elapsed seconds of the command
     */
    Load load(String output, ServerUse use, double elapsed) throws IOException, UnavailableException;

    @Override
    void close();
}
