package io.fdflux.servers;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A server that ends with this JVM, however the JVM ends: a shell waits for the end of its standard input, and then
 * signals the server.
 */
final class ServerProcess {

    private static final String SHELL = "\"$@\" & server=$!; cat >/dev/null; kill -$SIGNAL $server; wait $server";
    private static final int STOP_SECONDS = 15;

    private final Process shell;

    private ServerProcess(Process shell) {
        this.shell = shell;
    }

    /**
     * Starts a server.
     *
     * @param signal  asks the server to stop
     * @param log     gets the server's output
     * @param command the server in the foreground
     */
    static ServerProcess start(String signal, Path log, List<String> command) throws IOException {
        List<String> all = new ArrayList<>(List.of("sh", "-c", SHELL, "sh"));
        all.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(all)
                .directory(log.getParent().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("SIGNAL", signal);
        return new ServerProcess(builder.start());
    }

    /** Runs a command to its end. */
    static void run(Path directory, List<String> command) throws IOException, InterruptedException {
        Path log = directory.resolve("setup.log");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        if (process.waitFor() != 0) {
            throw new IOException(command + " failed: " + Files.readString(log));
        }
    }

    /** Kills the server and its children by SIGKILL, and returns when the kernel has closed their sockets. */
    void kill() {
        List<ProcessHandle> all = shell.descendants().toList();
        // Parents first, because one that sees its child die might start another. The shell reaps the server.
        shell.children().forEach(ProcessHandle::destroyForcibly);
        all.forEach(ProcessHandle::destroyForcibly);
        await("death of all processes of the server")
                .until(() -> !shell.isAlive() && all.stream().noneMatch(ServerProcess::runs));
    }

    /** Stops the server and its children where they are, and returns when each of their threads has stopped. */
    void pause() throws IOException {
        signal("STOP");
        await("stop of all threads of the server")
                .until(() -> shell.descendants().allMatch(ServerProcess::isStopped));
    }

    /** {@return whether each thread is stopped, by proc_pid_stat(5); true without /proc} */
    private static boolean isStopped(ProcessHandle process) {
        Path threads = Path.of("/proc", Long.toString(process.pid()), "task");
        if (!Files.isDirectory(threads)) {
            return true;
        }
        try (Stream<Path> all = Files.list(threads)) {
            return all.allMatch(ServerProcess::threadIsStopped);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean threadIsStopped(Path thread) {
        try {
            String stat = Files.readString(thread.resolve("stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) == 'T'; // a name may have parentheses
        } catch (IOException e) {
            return true; // it has ended
        }
    }

    /** Sends the server and its children a signal. */
    void signal(String name) throws IOException {
        List<String> command = new ArrayList<>(List.of("kill", "-" + name));
        shell.descendants().forEach(process -> command.add(Long.toString(process.pid())));
        try {
            if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
                throw new IOException(command + " failed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** A process that has died and was not reaped yet has no command any more. */
    private static boolean runs(ProcessHandle process) {
        return process.info().command().isPresent();
    }

    void stop() {
        try {
            shell.getOutputStream().close();
            if (!shell.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                kill();
                throw new IllegalStateException("the server did not stop within " + STOP_SECONDS + " s of its signal");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
        }
    }
}
