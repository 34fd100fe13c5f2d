package io.fdflux.testsuite.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.Digest;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.reactor.netty.ReactorLoops;
import io.netty.handler.ssl.SslProvider;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;

/** HTTP/2 by prior knowledge, by upgrade, and over TLS by ALPN, with the JDK's client and Reactor Netty's. */
@OnEveryPoller
class Http2Test {

    private static final int CALLS = 2_000;
    private static final int CONCURRENT = 100;
    private static final byte[] LARGE = Digest.bytes(2 << 20, 2);
    private static final String LARGE_DIGEST = Digest.of(LARGE).end();

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(2);

    private final ConnectionProvider pool = ConnectionProvider.create("h2", 2);
    private final AtomicLong produced = new AtomicLong();

    /** How both sides negotiate HTTP/2. */
    enum Security {
        CLEARTEXT(null),
        JDK(SslProvider.JDK),
        BORINGSSL(SslProvider.OPENSSL);

        private final SslProvider provider;

        Security(SslProvider provider) {
            this.provider = provider;
        }
    }

    @AfterEach
    void closePool() {
        pool.disposeLater().block();
    }

    private DisposableServer serve(Security security) {
        HttpServer server = security == Security.CLEARTEXT
                ? Http.server(loops).protocol(HttpProtocol.H2C, HttpProtocol.HTTP11)
                : Http.server(loops)
                        .protocol(HttpProtocol.H2, HttpProtocol.HTTP11)
                        .secure(spec -> spec.sslContext(Certificates.http2Server(security.provider)));
        return server.http2Settings(settings -> settings.maxConcurrentStreams(CONCURRENT))
                .route(routes -> routes.get(
                                "/n/{n}",
                                (request, response) -> response.sendString(
                                        Mono.just("<" + request.param("n") + " " + request.protocol() + ">")))
                        .get(
                                "/large",
                                (request, response) -> response.send(Http.pieces(LARGE, 5_000)
                                        .doOnNext(piece -> produced.addAndGet(piece.readableBytes()))))
                        .post(
                                "/digest",
                                (request, response) -> response.sendString(request.receive()
                                        .reduceWith(Digest::new, Digest::add)
                                        .map(Digest::end))))
                .bindNow();
    }

    private reactor.netty.http.client.HttpClient client(Security security, DisposableServer server) {
        reactor.netty.http.client.HttpClient client = Http.client(loops, pool, server);
        return security == Security.CLEARTEXT
                ? client.protocol(HttpProtocol.H2C)
                : client.protocol(HttpProtocol.H2)
                        .secure(spec -> spec.sslContext(Certificates.http2Client(security.provider)));
    }

    private static List<String> answers() {
        return IntStream.range(0, CALLS).mapToObj(i -> "<" + i + " HTTP/2.0>").toList();
    }

    @ParameterizedTest
    @EnumSource
    void aHundredStreamsAtOnceShareTwoConnections(Security security) {
        DisposableServer server = serve(security);
        reactor.netty.http.client.HttpClient client = client(security, server);
        List<String> answers = Flux.range(0, CALLS)
                .flatMapSequential(
                        i -> client.get()
                                .uri("/n/" + i)
                                .responseContent()
                                .aggregate()
                                .asString(),
                        CONCURRENT)
                .collectList()
                .block();
        assertThat(answers).isEqualTo(answers());
        assertThat(loops.count(Counter.ACCEPTED)).isLessThanOrEqualTo(2);
    }

    /** In clear text the JDK starts with HTTP/1.1 and requests an upgrade. */
    @ParameterizedTest
    @EnumSource
    void theJdksClientComesByUpgradeOrByAlpn(Security security) throws Exception {
        DisposableServer server = serve(security);
        String origin = (security == Security.CLEARTEXT ? "http" : "https") + "://127.0.0.1:" + server.port();
        try (HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_2)
                .sslContext(Certificates.jdkClient())
                .build()) {
            HttpResponse<String> first = client.send(
                    HttpRequest.newBuilder(URI.create(origin + "/n/first")).build(), BodyHandlers.ofString());
            assertThat(first.version()).isEqualTo(HttpClient.Version.HTTP_2);
            // The handler sees the upgrading request as HTTP/1.1.
            assertThat(first.body()).startsWith("<first ");
            List<CompletableFuture<HttpResponse<String>>> calls = IntStream.range(0, CONCURRENT / 2)
                    .mapToObj(i -> client.sendAsync(
                            HttpRequest.newBuilder(URI.create(origin + "/n/" + i))
                                    .build(),
                            BodyHandlers.ofString()))
                    .toList();
            assertThat(calls.stream().map(call -> call.join().body()))
                    .isEqualTo(answers().subList(0, CONCURRENT / 2));
            HttpResponse<byte[]> large = client.send(
                    HttpRequest.newBuilder(URI.create(origin + "/large")).build(), BodyHandlers.ofByteArray());
            assertThat(Digest.of(large.body()).end()).isEqualTo(LARGE_DIGEST);
            HttpResponse<String> upload = client.send(
                    HttpRequest.newBuilder(URI.create(origin + "/digest"))
                            .POST(BodyPublishers.ofByteArray(LARGE))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(upload.body()).isEqualTo(LARGE_DIGEST);
        }
        server.disposeNow();
    }

    @ParameterizedTest
    @EnumSource
    void largeBodiesGoBothWaysAtOnceOnSeveralStreams(Security security) {
        DisposableServer server = serve(security);
        assertThat(Http.bothWaysAtOnce(client(security, server), LARGE, 8))
                .hasSize(8)
                .containsOnly(LARGE_DIGEST);
    }

    /** Flow control holds back one stream, but no other stream of the connection. */
    @ParameterizedTest
    @EnumSource
    void aSlowConsumerHoldsBackItsOwnStreamAlone(Security security) {
        DisposableServer server = serve(security);
        // A stream's window within the connection's 64 KiB, which all streams share.
        reactor.netty.http.client.HttpClient client =
                client(security, server).http2Settings(settings -> settings.initialWindowSize(16 * 1024));
        SlowSubscriber slow = new SlowSubscriber();
        client.get().uri("/large").responseContent().subscribe(slow);
        slow.awaitFirst();
        for (int i = 0; i < 100; i++) {
            String other = client.get()
                    .uri("/n/7")
                    .responseContent()
                    .aggregate()
                    .asString()
                    .block();
            assertThat(other).isEqualTo("<7 HTTP/2.0>");
            loops.turn();
        }
        assertThat(produced.get()).as("bytes produced without demand").isLessThan(LARGE.length / 2);
        slow.cancel();
        assertThat(client.get()
                        .uri("/large")
                        .responseContent()
                        .reduceWith(Digest::new, Digest::add)
                        .map(Digest::end)
                        .block())
                .isEqualTo(LARGE_DIGEST);
    }
}
