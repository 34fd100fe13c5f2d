package io.fdflux.benchmarks.harness;

import io.fdflux.benchmarks.plan.Transport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command lines of the programs that run in JVMs of their own. */
final class Programs {

    /** The same for each transport. */
    static final List<String> SERVER_FLAGS =
            List.of("-XX:+UseSerialGC", "-Xms512m", "-Xmx512m", "--enable-native-access=ALL-UNNAMED");

    private static final List<String> SENDER_FLAGS =
            List.of("-XX:+UseSerialGC", "-Xmx1g", "--enable-native-access=ALL-UNNAMED");

    private static final String PACKAGE = "io.fdflux.benchmarks.program.";

    private final String java;
    private final String classPath;
    private final Path libkqueue;

    /**
     * With the JVM and the class path of this one.
     *
     * @param libkqueue where the library would be that lets kqueue run on Linux
     */
    Programs(Path libkqueue) {
        this.java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        this.classPath = System.getProperty("java.class.path");
        this.libkqueue = libkqueue;
    }

    List<String> server(String scenario, Transport transport) throws UnavailableException {
        List<String> command = serverJvm(transport, List.of());
        command.addAll(List.of("-cp", classPath, PACKAGE + "Server"));
        command.addAll(List.of("--scenario", scenario, "--transport", transport.key()));
        return command;
    }

    private List<String> serverJvm(Transport transport, List<String> moreFlags) throws UnavailableException {
        List<String> command = new ArrayList<>();
        command.add(java);
        command.addAll(SERVER_FLAGS);
        command.addAll(moreFlags);
        if (transport == Transport.FDFLUX_KQUEUE) {
            if (!Files.exists(libkqueue)) {
                throw new UnavailableException("libkqueue is missing: scripts/fetch-libkqueue fetches it");
            }
            command.add("-Dfdflux.poller=kqueue");
            command.add("-Dfdflux.posix.libraries=" + libkqueue.toAbsolutePath());
        }
        return command;
    }

    /** {@return the server of the start-up; a training run ends after its first answer} */
    List<String> startUp(Transport transport, int port, List<String> moreFlags, boolean training)
            throws UnavailableException {
        List<String> command = serverJvm(transport, moreFlags);
        command.addAll(List.of("-cp", classPath, PACKAGE + "StartUp", transport.key(), String.valueOf(port)));
        if (training) {
            command.add("--train");
        }
        return command;
    }

    /** {@return the sender of a scenario, which runs its load on request} */
    List<String> sender(String scenario, SenderFifos fifos) {
        List<String> command = new ArrayList<>();
        command.add(java);
        command.addAll(SENDER_FLAGS);
        command.addAll(List.of("-cp", classPath, PACKAGE + "Sender", "--scenario", scenario));
        command.addAll(List.of("--requests", fifos.requests(), "--answers", fifos.answers()));
        return command;
    }
}
