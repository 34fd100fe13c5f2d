package io.fdflux.testsuite.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.Deltas;
import io.fdflux.netty.Digest;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.reactor.netty.ReactorLoops;
import io.netty.handler.codec.quic.Quic;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** HTTP/3: QUIC over this transport's datagrams. */
@OnEveryPoller
class Http3Test {

    private static final int CALLS = 200;
    private static final byte[] LARGE = Digest.bytes(4 << 20, 6);
    private static final String LARGE_DIGEST = Digest.of(LARGE).end();

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(2);

    private final ConnectionProvider pool = ConnectionProvider.create("h3", 2);
    private DisposableServer server;

    @BeforeEach
    void serve() {
        assertThat(Quic.unavailabilityCause()).isNull();
        server = Http.server(loops)
                .protocol(HttpProtocol.HTTP3)
                .secure(spec -> spec.sslContext(Certificates.http3Server()))
                .http3Settings(settings -> settings.idleTimeout(Duration.ofSeconds(30))
                        .maxData(10_000_000)
                        .maxStreamDataBidirectionalLocal(1_000_000)
                        .maxStreamDataBidirectionalRemote(1_000_000)
                        .maxStreamsBidirectional(100))
                .route(routes -> routes.get(
                                "/n/{n}",
                                (request, response) -> response.sendString(
                                        Mono.just("<" + request.param("n") + " " + request.protocol() + ">")))
                        .get("/large", (request, response) -> response.send(Http.pieces(LARGE, 5_000)))
                        .post(
                                "/digest",
                                (request, response) -> response.sendString(request.receive()
                                        .reduceWith(Digest::new, Digest::add)
                                        .map(Digest::end))))
                .bindNow();
    }

    @AfterEach
    void stop() {
        pool.disposeLater().block();
        server.disposeNow();
    }

    private HttpClient client() {
        return Http.client(loops, pool, server)
                .protocol(HttpProtocol.HTTP3)
                .secure(spec -> spec.sslContext(Certificates.http3Client()))
                .http3Settings(settings -> settings.idleTimeout(Duration.ofSeconds(30))
                        .maxData(10_000_000)
                        .maxStreamDataBidirectionalLocal(1_000_000));
    }

    @Test
    void manyStreamsAtOnceAreDatagramsOfOurs() {
        Deltas deltas = new Deltas(loops);
        List<String> answers = Flux.range(0, CALLS)
                .flatMapSequential(
                        i -> client().get()
                                .uri("/n/" + i)
                                .responseContent()
                                .aggregate()
                                .asString(),
                        50)
                .collectList()
                .block();
        assertThat(answers)
                .isEqualTo(IntStream.range(0, CALLS)
                        .mapToObj(i -> "<" + i + " HTTP/3.0>")
                        .toList());
        assertThat(deltas.of(Counter.ACCEPTED)).isZero();
        assertThat(deltas.of(Counter.BYTES_READ)).isGreaterThan(CALLS * 20L);
    }

    @Test
    void largeBodiesGoBothWaysAtOnce() {
        assertThat(Http.bothWaysAtOnce(client(), LARGE, 6)).hasSize(6).containsOnly(LARGE_DIGEST);
    }
}
