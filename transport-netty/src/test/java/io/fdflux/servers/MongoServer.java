package io.fdflux.servers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A server that speaks MongoDB's protocol, for one test class: mongo-java-server, an independent implementation, in a
 * JVM of its own. Debian has no MongoDB. Its data are in memory, and are lost when it is killed.
 *
 * <p>A module that registers this needs mongo-java-server on its test class path.
 */
public final class MongoServer extends Server {

    /** For databases of a few hundred thousand documents, and a start within a second. */
    private static final List<String> JVM = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m");

    private Path key;
    private int tlsPort;

    public MongoServer() {
        super("mongo-java-server", "KILL"); // there is nothing to save
    }

    @Override
    Optional<Path> program() {
        return Optional.of(Path.of(System.getProperty("java.home"), "bin", "java"))
                .filter(Files::isExecutable);
    }

    @Override
    void prepare(Path certificate, Path key) {
        this.key = key;
        tlsPort = freePort();
    }

    @Override
    List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(program().orElseThrow().toString());
        command.addAll(JVM);
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                MongoServerMain.class.getName(),
                Integer.toString(port()),
                Integer.toString(tlsPort),
                certificate().toString(),
                key.toString()));
        return command;
    }

    @Override
    boolean answers() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), tlsPort)) { // the last one to be bound
            return socket.isConnected();
        } catch (IOException e) {
            return false; // not yet
        }
    }

    /** {@return the port for TLS, with the same databases} */
    public int tlsPort() {
        return tlsPort;
    }
}
