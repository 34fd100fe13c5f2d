package io.fdflux.servers;

import static org.awaitility.Awaitility.await;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A real server for one test class, on a loopback port and in a directory of its own. Register it as an extension in a
 * static field. Where the server is not installed, the class is skipped with the reason; with
 * {@code FDFLUX_REQUIRE_LIBKQUEUE=true} in the environment, as in CI, it fails.
 *
 * <p>Its certificate is self-signed, for localhost and 127.0.0.1. A test that kills the server starts it again.
 */
public abstract class Server implements ExecutionCondition, BeforeAllCallback, AfterAllCallback {

    /** Below the ports that kernels give to connections, so that none takes the port while the server is down. */
    private static final int FIRST_PORT = 20_000;

    private static final int PORTS = 10_000;
    private static final Duration START = Duration.ofSeconds(60);

    private final String name;
    private final String stopSignal;
    private Path directory;
    private int port;
    private ServerProcess process;

    Server(String name, String stopSignal) {
        this.name = name;
        this.stopSignal = stopSignal;
    }

    /** {@return the program, if it is installed} */
    abstract Optional<Path> program();

    /** Makes what the server needs in its directory, once. */
    abstract void prepare(Path certificate, Path key) throws IOException, InterruptedException;

    /** {@return the command that runs the server in the foreground} */
    abstract List<String> command();

    /** {@return whether the server answers} */
    abstract boolean answers();

    @Override
    public final ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (program().isPresent()) {
            return ConditionEvaluationResult.enabled(program().get().toString());
        }
        String reason = "no " + name + " here; scripts/setup-tests installs it";
        if (Boolean.parseBoolean(System.getenv("FDFLUX_REQUIRE_LIBKQUEUE"))) {
            throw new IllegalStateException("FDFLUX_REQUIRE_LIBKQUEUE is set, but " + reason);
        }
        return ConditionEvaluationResult.disabled(reason);
    }

    @Override
    public final void beforeAll(ExtensionContext context) throws Exception {
        directory = Files.createTempDirectory("fdflux-" + name);
        try {
            port = freePort();
            X509Bundle bundle = new CertificateBuilder()
                    .ecp256()
                    .subject("CN=localhost")
                    .addSanDnsName("localhost")
                    .addSanIpAddress("127.0.0.1")
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned();
            Path key = Files.writeString(directory.resolve("key.pem"), bundle.getPrivateKeyPEM());
            prepare(Files.writeString(certificate(), bundle.getCertificatePathPEM()), key);
            start();
        } catch (Exception | Error e) {
            afterAll(context);
            throw e;
        }
    }

    @Override
    public final void afterAll(ExtensionContext context) throws IOException {
        if (process != null) {
            process.stop();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Starts the server, and returns when it answers. */
    public final void start() throws IOException {
        Path log = directory.resolve("server.log");
        process = ServerProcess.start(stopSignal, log, command());
        try {
            await(name).atMost(START).until(this::answers);
        } catch (RuntimeException e) {
            throw new IOException(name + " does not answer: " + Files.readString(log), e);
        }
    }

    /** Kills the server by SIGKILL, with its children. Connections end as the kernel ends them. */
    public final void kill() {
        process.kill();
    }

    /** Stops the server where it is: it takes nothing more from its sockets until {@link #resume}. */
    public final void pause() throws IOException {
        process.pause();
    }

    public final void resume() throws IOException {
        process.signal("CONT");
    }

    public final int port() {
        return port;
    }

    /** {@return the file of its certificate, for clients that verify it} */
    public final Path certificate() {
        return directory.resolve("certificate.pem");
    }

    final Path directory() {
        return directory;
    }

    static int freePort() {
        while (true) {
            int port = FIRST_PORT + ThreadLocalRandom.current().nextInt(PORTS);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // in use
            }
        }
    }
}
