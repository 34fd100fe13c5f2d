package io.fdflux.benchmarks.harness;

import io.fdflux.benchmarks.result.ServerUse;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * A server in a JVM of its own. It prints {@code READY port} when it serves, answers the line {@code stats} with
 * {@code STATS json}, and ends with its standard input.
 */
final class JvmServer extends ServerProcess {

    private final Writer commands;
    private final ProgramLines lines;
    private final int port;

    /**
     * Starts the server, and waits until it serves.
     *
     * @param log takes what it prints to standard error
     * @throws UnavailableException if it cannot serve this on this machine
     */
    JvmServer(List<String> command, Path log) throws IOException, InterruptedException, UnavailableException {
        this(new ProcessBuilder(command).redirectError(log.toFile()).start(), log);
    }

    private JvmServer(Process process, Path log) throws InterruptedException, UnavailableException {
        super(process, log);
        this.commands = process.outputWriter(StandardCharsets.UTF_8);
        this.lines = new ProgramLines(process, "server", this::log);
        try {
            this.port = Integer.parseInt(lines.answer("READY"));
        } catch (RuntimeException | InterruptedException | UnavailableException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    @Override
    int port() {
        return port;
    }

    @Override
    ServerUse reportedUse() throws IOException, InterruptedException, UnavailableException {
        commands.write("stats\n");
        commands.flush();
        return ProgramOutput.serverUse(lines.answer("STATS"));
    }
}
