package io.fdflux.benchmarks.harness;

import io.fdflux.benchmarks.result.Load;
import io.fdflux.benchmarks.result.ServerUse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * The sender of this module, in one JVM for all runs of a server: with a JVM per run, its own warm-up would be
 * the limit.
 */
final class SenderProcess extends ChildProcess implements Sender {

    private final SenderFifos fifos;

    private SenderProcess(Process process, SenderFifos fifos, Path log) {
        super(process, log);
        this.fifos = fifos;
    }

    /**
     * Starts the sender, and waits until it takes requests.
     *
     * @param command of a sender that uses these FIFOs
     * @param log     takes what it prints to standard error
     */
    static SenderProcess start(Function<SenderFifos, List<String>> command, Path log)
            throws IOException, InterruptedException, UnavailableException {
        SenderFifos fifos = new SenderFifos();
        try {
            Process process = new ProcessBuilder(command.apply(fifos))
                    .redirectError(log.toFile())
                    .start();
            SenderProcess sender = new SenderProcess(process, fifos, log);
            try {
                new ProgramLines(process, "sender", sender::log).answer("READY");
            } catch (RuntimeException | InterruptedException | UnavailableException e) {
                process.destroyForcibly();
                throw e;
            }
            return sender;
        } catch (IOException | RuntimeException | InterruptedException | UnavailableException e) {
            fifos.close();
            throw e;
        }
    }

    /** The command would wait for a sender that has ended before. */
    @Override
    public List<String> command(int port, int seconds) {
        if (!isAlive()) {
            throw new MeasurementException("the sender has ended" + log());
        }
        return fifos.run(port, seconds);
    }

    @Override
    public List<String> commandWithoutLog(int port, int seconds) {
        return command(port, seconds);
    }

    @Override
    public Load load(String output, ServerUse use, double elapsed) throws UnavailableException {
        try {
            return ProgramOutput.load(output);
        } catch (MeasurementException e) {
            throw new MeasurementException(e.getMessage() + log());
        }
    }

    @Override
    public void close() {
        super.close();
        fifos.close();
    }
}
