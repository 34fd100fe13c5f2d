package io.fdflux.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A process that ends with its standard input, so that none is left when the harness is killed. */
abstract class ChildProcess implements AutoCloseable {

    private static final int SECONDS_TO_END = 10;

    private final Process process;
    private final Path log;

    /** Of a process that was just started, and the log to which it prints what fails. */
    ChildProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

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
    public void close() {
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
