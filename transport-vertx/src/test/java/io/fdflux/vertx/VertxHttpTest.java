package io.fdflux.vertx;

import static io.fdflux.vertx.VertxInstance.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.FdServerSocketChannel;
import io.fdflux.netty.FdSocketChannel;
import io.fdflux.netty.OnEveryPoller;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** HTTP servers and clients of Vert.x. */
@OnEveryPoller
class VertxHttpTest {

    private static final String HOST = "127.0.0.1";
    private static final int FILE_BYTES = 3_000_000;

    @RegisterExtension
    final VertxInstance vertx = new VertxInstance();

    @TempDir
    Path folder;

    private HttpServer server;
    private HttpClient client;

    @BeforeEach
    void serve() throws Exception {
        byte[] bytes = new byte[FILE_BYTES];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i / 7);
        }
        Path file = Files.write(folder.resolve("file"), bytes);
        server = get(vertx.vertx
                .createHttpServer()
                .requestHandler(request -> {
                    if (request.path().equals("/file")) {
                        request.response().sendFile(file.toString());
                    } else {
                        request.body()
                                .onSuccess(body -> request.response()
                                        .end(Buffer.buffer(request.path()).appendBuffer(body)));
                    }
                })
                .listen(0, HOST));
        client = vertx.vertx.createHttpClient();
    }

    private Future<Buffer> post(String path, Buffer body) {
        return client.request(HttpMethod.POST, server.actualPort(), HOST, path)
                .compose(request -> request.send(body))
                .compose(HttpClientResponse::body);
    }

    @Test
    void aThousandRequestsAtOnceShareTheConnections() {
        var answers = IntStream.range(0, 1_000)
                .mapToObj(i -> post("/" + i, Buffer.buffer("!")).map(Buffer::toString))
                .toList();
        get(Future.all(answers));
        assertThat(answers.stream().map(Future::result).toList())
                .isEqualTo(
                        IntStream.range(0, 1_000).mapToObj(i -> "/" + i + "!").toList());
        assertThat(vertx.count(Counter.ACCEPTED)).isBetween(1L, 10L);
        assertThat(vertx.channels()).contains(FdServerSocketChannel.class, FdSocketChannel.class);
    }

    @Test
    void largeBodiesComeWhole() {
        Buffer body = Buffer.buffer("0123456789".repeat(500_000));
        String expected = "/" + body;
        assertThat(get(post("/", body))).hasToString(expected);
    }

    @Test
    void aFileComesWhole() throws Exception {
        // The JDK's client, so that one end is not ours.
        try (var jdk = java.net.http.HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://" + HOST + ":" + server.actualPort() + "/file"))
                    .build();
            byte[] got =
                    jdk.send(request, HttpResponse.BodyHandlers.ofByteArray()).body();
            assertThat(got).isEqualTo(Files.readAllBytes(folder.resolve("file")));
        }
    }
}
