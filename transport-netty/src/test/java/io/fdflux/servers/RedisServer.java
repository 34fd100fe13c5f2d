package io.fdflux.servers;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Redis for one test class, without persistence and passwords; TLS on a port of its own. */
public sealed class RedisServer extends Server permits RedisSentinel {

    private final List<String> options;
    private Path key;
    private int tlsPort;

    /**
     * Describes a server.
     *
     * @param options more of its command line's, such as {@code --cluster-enabled yes}
     */
    public RedisServer(String... options) {
        super("redis-server", "TERM");
        this.options = List.of(options);
    }

    @Override
    final Optional<Path> program() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "redis-server"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    @Override
    void prepare(Path certificate, Path key) throws IOException {
        this.key = key;
        tlsPort = freePort();
    }

    @Override
    List<String> command() {
        List<String> command = new ArrayList<>(List.of(
                program().orElseThrow().toString(),
                "--bind",
                "127.0.0.1",
                "--port",
                Integer.toString(port()),
                "--tls-port",
                Integer.toString(tlsPort),
                "--tls-cert-file",
                certificate().toString(),
                "--tls-key-file",
                key.toString(),
                "--tls-auth-clients",
                "no",
                "--save",
                "",
                "--dir",
                directory().toString(),
                "--unixsocket",
                unixSocket().toString()));
        command.addAll(options);
        return command;
    }

    @Override
    final boolean answers() {
        try {
            return ask("PING").startsWith("+");
        } catch (IOException e) {
            return false; // not yet
        }
    }

    /**
     * Gives all slots to this node, which was started with {@code --cluster-enabled yes}, and waits for the cluster.
     */
    public final void formCluster() throws IOException {
        String answer = ask("CLUSTER ADDSLOTSRANGE 0 16383");
        if (!answer.startsWith("+")) {
            throw new IOException(answer);
        }
        await("a cluster").until(() -> ask("CLUSTER INFO").contains("cluster_state:ok"));
    }

    /** {@return the answer to a command} */
    private String ask(String command) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput(); // ends the connection, after the answer
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    public int tlsPort() {
        return tlsPort;
    }

    public Path unixSocket() {
        return directory().resolve("redis.sock");
    }
}
