package io.fdflux.netty;

import io.fdflux.Pollers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another JVM with this one's class path and poller, limited to so many descriptors. */
public final class Fork implements AutoCloseable {

    private final Process process;
    private final BufferedReader output;

    public Fork(Class<?> main, int descriptors, Object... arguments) throws IOException {
        this(List.of(), main, descriptors, arguments);
    }

    public Fork(List<String> options, Class<?> main, int descriptors, Object... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "/bin/sh",
                "-c",
                "ulimit -n " + descriptors + " && exec \"$@\"",
                "sh",
                ProcessHandle.current().info().command().orElse("java"),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(options);
        for (String property : List.of(Pollers.PROPERTY, "fdflux.posix.libraries")) {
            if (System.getProperty(property) != null) {
                command.add("-D" + property + "=" + System.getProperty(property));
            }
        }
        command.add(main.getName());
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        output = process.inputReader();
    }

    /** The next line that the other JVM prints. */
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
