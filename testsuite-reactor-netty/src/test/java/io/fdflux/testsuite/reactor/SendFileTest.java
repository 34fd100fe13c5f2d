package io.fdflux.testsuite.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.Digest;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Peer;
import io.fdflux.reactor.netty.ReactorLoops;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.ConnectionProvider;

/** {@code sendFile}, which sends Spring's resources, through every kind of pipeline. */
@OnEveryPoller
class SendFileTest {

    private static final byte[] CONTENT = Digest.bytes(8_000_001, 4);

    @TempDir
    static Path directory;

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(2);

    private final ConnectionProvider pool = ConnectionProvider.create("files", 8);
    private Path file;

    /** The handlers between the application and the socket. */
    enum Way {
        PLAIN,
        TLS,
        BORINGSSL,
        COMPRESSED
    }

    @BeforeEach
    void write() throws IOException {
        file = Files.write(directory.resolve("content"), CONTENT);
    }

    @AfterEach
    void closePool() {
        pool.disposeLater().block();
    }

    private DisposableServer serve(Way way) {
        HttpServer server = Http.server(loops);
        server = switch (way) {
            case PLAIN -> server;
            case TLS -> server.secure(spec -> spec.sslContext(Certificates.http1Server(SslProvider.JDK)));
            case BORINGSSL -> server.secure(spec -> spec.sslContext(Certificates.http1Server(SslProvider.OPENSSL)));
            case COMPRESSED -> server.compress(true);
        };
        return server.route(routes -> routes.get("/{from}/{to}", this::send)).bindNow();
    }

    private Flux<Void> send(HttpServerRequest request, HttpServerResponse response) {
        long from = Long.parseLong(request.param("from"));
        long to = Long.parseLong(request.param("to"));
        return Flux.from(response.header("Content-Length", String.valueOf(to - from))
                .sendFile(file, from, to - from)
                .then());
    }

    private String get(Way way, DisposableServer server, int from, int to) {
        HttpClient client = Http.client(loops, pool, server);
        client = switch (way) {
            case PLAIN -> client;
            case TLS, BORINGSSL -> client.secure(spec -> spec.sslContext(Certificates.http1Client(SslProvider.JDK)));
            case COMPRESSED -> client.compress(true);
        };
        return client.get()
                .uri("/" + from + "/" + to)
                .responseContent()
                .reduceWith(Digest::new, Digest::add)
                .map(Digest::end)
                .block();
    }

    private static String digest(int from, int to) {
        return Digest.of(Arrays.copyOfRange(CONTENT, from, to)).end();
    }

    @ParameterizedTest
    @EnumSource
    void anyPartOfTheFileComesWhole(Way way) {
        DisposableServer server = serve(way);
        int[][] parts = {{0, CONTENT.length}, {0, 1}, {1, 2}, {CONTENT.length - 1, CONTENT.length}, {4095, 70_000}};
        for (int[] part : parts) {
            assertThat(get(way, server, part[0], part[1])).isEqualTo(digest(part[0], part[1]));
        }
    }

    @Test
    void manyAtOnceShareTheFile() {
        DisposableServer server = serve(Way.PLAIN);
        Flux.range(0, 40)
                .flatMap(
                        i -> Http.client(loops, pool, server)
                                .get()
                                .uri("/" + i + "/" + (CONTENT.length / 8 + i))
                                .responseContent()
                                .reduceWith(Digest::new, Digest::add)
                                .map(Digest::end)
                                .doOnNext(digest -> assertThat(digest).isEqualTo(digest(i, CONTENT.length / 8 + i))),
                        8)
                .blockLast();
    }

    @ParameterizedTest
    @CsvSource({"PLAIN", "TLS"})
    void aReaderThatPausesGetsItAll(Way way) throws Exception {
        DisposableServer server = serve(way);
        try (Peer peer = way == Way.PLAIN
                ? Peer.connect(server.address(), 8192)
                : new Peer(Certificates.jdkClient().getSocketFactory().createSocket("127.0.0.1", server.port()))) {
            peer.send("GET /0/" + CONTENT.length + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) peer.read(1)[0]);
            }
            for (int i = 0; i < 20; i++) {
                loops.turn(); // the socket fills up meanwhile
            }
            assertThat(peer.digest().end()).isEqualTo(digest(0, CONTENT.length));
        }
    }

    /** The response cannot be completed: the client must notice, and no descriptor stays open. */
    @Test
    void aFileThatShrinksEndsTheConnectionEarly() throws Exception {
        DisposableServer server = serve(Way.PLAIN);
        try (Peer peer = Peer.connect(server.address(), 8192)) {
            peer.send("GET /0/" + CONTENT.length + " HTTP/1.1\r\nHost: x\r\n\r\n")
                    .read(8192);
            try (var channel = Files.newByteChannel(file, java.nio.file.StandardOpenOption.WRITE)) {
                channel.truncate(100_000);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            assertThat(countToEnd(peer)).isLessThan(CONTENT.length);
        }
    }

    private static long countToEnd(Peer peer) {
        try {
            return peer.digest().length();
        } catch (IOException e) {
            return 0; // a reset is a notice too
        }
    }

    @Test
    void aClientThatGoesAwayLeavesNoDescriptorBehind() throws Exception {
        DisposableServer server = serve(Way.PLAIN);
        for (int i = 0; i < 20; i++) {
            try (Peer peer = Peer.connect(server.address(), 8192)) {
                peer.send("GET /0/" + CONTENT.length + " HTTP/1.1\r\nHost: x\r\n\r\n")
                        .read(8192);
                peer.reset();
            }
        }
        org.awaitility.Awaitility.await().until(() -> openFiles(file) == 0);
    }

    /** {@return this process's open descriptors of the file; 0 without /proc} */
    private static long openFiles(Path file) throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        if (!Files.isDirectory(descriptors)) {
            return 0;
        }
        try (var all = Files.list(descriptors)) {
            return all.filter(fd -> {
                        try {
                            return Files.readSymbolicLink(fd).equals(file);
                        } catch (IOException e) {
                            return false; // closed meanwhile
                        }
                    })
                    .count();
        }
    }
}
