package io.fdflux.netty;

import io.fdflux.poller.Pollers;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another JVM with this one's class path and poller, and a limit of descriptors. */
public final class Fork implements AutoCloseable {

    private static final String LIBRARIES = "fdflux.posix.libraries";

    private final Process process;
    private final BufferedReader output;

    public Fork(Class<?> main, int descriptors, Object... arguments) throws IOException {
        this(List.of(), main, descriptors, arguments);
    }

    public Fork(List<String> options, Class<?> main, int descriptors, Object... arguments) throws IOException {
        this(List.of(), options, main, descriptors, arguments);
    }

    private Fork(List<String> launcher, List<String> options, Class<?> main, int descriptors, Object... arguments)
            throws IOException {
        List<String> command =
                new ArrayList<>(List.of("/bin/sh", "-c", "ulimit -n " + descriptors + " && exec \"$@\"", "sh"));
        command.addAll(launcher);
        command.addAll(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path")));
        for (String property : List.of(Pollers.PROPERTY, LIBRARIES, "fdflux.staging")) {
            if (System.getProperty(property) != null) {
                command.add("-D" + property + "=" + System.getProperty(property));
            }
        }
        command.addAll(options); // of two options for one setting the last wins
        command.add(main.getName());
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        if (System.getProperty(LIBRARIES) != null) {
            builder.environment().put(Faults.OVER, System.getProperty(LIBRARIES));
        }
        process = builder.start();
        output = process.inputReader();
    }

    /** Starts a JVM whose system calls can be scripted by {@link Faults}. */
    static Fork withFaults(Class<?> main, Object... arguments) throws IOException, InterruptedException {
        String under = System.getProperty(LIBRARIES);
        String libraries = Faults.library() + (under == null ? "" : File.pathSeparator + under);
        return new Fork(List.of("-D" + LIBRARIES + "=" + libraries), main, 1024, arguments);
    }

    /**
     * Starts a JVM in a sandbox that fails some system calls, each given as {@code CALL:ERRNO}, see {@code refuse.c}.
     */
    static Fork refused(List<String> calls, Class<?> main, Object... arguments)
            throws IOException, InterruptedException {
        List<String> launcher = new ArrayList<>();
        launcher.add(CompiledC.of("refuse.c", "refuse", List.of(), List.of()).toString());
        launcher.addAll(calls);
        launcher.add("--");
        return new Fork(launcher, List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"), main, 1024, arguments);
    }

    /**
     * Starts a JVM whose standard streams are a terminal, so that {@link #line()} has nothing.
     *
     * @param terminal its path
     */
    public static Fork onTerminal(String terminal, Class<?> main, Object... arguments) throws IOException {
        List<String> launcher =
                List.of("/bin/sh", "-c", "terminal=$1; shift; exec \"$@\" <>\"$terminal\" >&0 2>&0", "sh", terminal);
        return new Fork(launcher, List.of(), main, 1024, arguments);
    }

    public long pid() {
        return process.pid();
    }

    /** {@return the exit code, once the other JVM has ended. Lines that are not read must fit into a pipe} */
    public int exitCode() throws InterruptedException {
        return process.waitFor();
    }

    /** {@return the next line that the other JVM prints} */
    public String line() {
        try {
            return output.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void send(String line) throws IOException {
        process.outputWriter().write(line + "\n");
        process.outputWriter().flush();
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        process.outputWriter().close();
        output.close();
        process.errorReader().close();
        process.onExit().completeOnTimeout(process, 10, TimeUnit.SECONDS).join();
    }
}
