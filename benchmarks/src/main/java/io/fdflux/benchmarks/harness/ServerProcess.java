package io.fdflux.benchmarks.harness;

import io.fdflux.benchmarks.plan.Scenario;
import io.fdflux.benchmarks.plan.Transport;
import io.fdflux.benchmarks.result.ServerUse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A server in a process of its own. It ends with its standard input, so that none is left when the harness is killed.
 */
abstract sealed class ServerProcess implements AutoCloseable permits JvmServer, HaproxyServer {

    private static final int SECONDS_TO_END = 10;

    private final Process process;
    private final Path log;

    /** Of a process that was just started, and the log to which it prints what fails. */
    ServerProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts the server of a scenario, and waits until it serves.
     *
     * @throws UnavailableException if it cannot serve this on this machine
     */
    static ServerProcess start(Scenario scenario, Transport transport, Workbench workbench, Path log)
            throws IOException, InterruptedException, UnavailableException {
        return transport == Transport.HAPROXY
                ? HaproxyServer.start(HaproxyServer.program(), scenario, workbench.pinning(), log)
                : new JvmServer(workbench.programs().server(scenario.name(), transport), log);
    }

    /** {@return where it listens; 0 if it drives itself} */
    abstract int port();

    /** {@return what it has used since its start} */
    abstract ServerUse use() throws IOException, InterruptedException, UnavailableException;

    final long pid() {
        return process.pid();
    }

    final boolean isAlive() {
        return process.isAlive();
    }

    /** {@return the end of its log, as the end of a message} */
    final String log() {
        try {
            return Command.end(log);
        } catch (IOException e) {
            return ", and left no log: " + e.getMessage();
        }
    }

    /** Ends it by the end of its input; by force if that takes long. */
    @Override
    public final void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
