package io.fdflux.benchmarks.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import io.fdflux.benchmarks.program.load.LoadResult;
import io.fdflux.benchmarks.program.load.LoadTarget;
import io.fdflux.benchmarks.program.load.Loads;
import io.fdflux.benchmarks.program.scenario.Body;
import io.fdflux.benchmarks.program.scenario.Scenarios;
import io.fdflux.benchmarks.program.scenario.Served;
import io.fdflux.benchmarks.program.transport.Transport;
import io.fdflux.benchmarks.program.transport.TransportLoops;
import io.fdflux.benchmarks.program.transport.UnavailableException;
import io.netty.buffer.ByteBuf;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every scenario's server answers rightly on every transport of this machine. Where the symbols come from is a setting
 * of the JVM: with libkqueue's, only kqueue is tested. Descriptors are not counted, because loops of Netty's own
 * transports leave a channel open now and then.
 */
class ScenariosServeTest {

    private static final List<String> HELLO = List.of(
            "keep-alive-1",
            "connection-per-request-wildcard",
            "connection-per-request-loopback",
            "gateway",
            "spring-cloud-gateway",
            "start-up");
    private static final List<String> TLS = List.of("tls-jdk", "tls-boringssl");
    private static final List<String> BODIES = List.of("body-down-1m", "sendfile-1m");
    private static final List<String> LOADED = List.of(
            "keep-alive-64",
            "websocket-fanout",
            "body-up-1m",
            "upload-one-at-a-time",
            "idle-1",
            "fdflux-echo",
            "udp-echo");
    private static final List<String> WITHOUT_LOAD = List.of("pipe", "file-read");

    private static final Duration TIME = Duration.ofMillis(100);
    private static final int CONNECTIONS = 4;

    /** What a test does with a server. */
    private interface Check {
        void accept(TransportLoops loops, Served served) throws Exception;
    }

    private static List<Transport> transports() {
        boolean libkqueue = System.getProperty("fdflux.poller", "").equals("kqueue");
        return Arrays.stream(Transport.values())
                .filter(transport -> libkqueue == (transport == Transport.FDFLUX_KQUEUE))
                .toList();
    }

    private static Stream<Arguments> onEach(List<String> scenarios) {
        return transports().stream()
                .flatMap(transport -> scenarios.stream().map(scenario -> Arguments.of(scenario, transport)));
    }

    static Stream<Arguments> hello() {
        return onEach(HELLO);
    }

    static Stream<Arguments> tls() {
        return onEach(TLS);
    }

    static Stream<Arguments> bodies() {
        return onEach(BODIES);
    }

    static Stream<Arguments> loaded() {
        return onEach(LOADED);
    }

    static Stream<Arguments> withoutLoad() {
        return onEach(WITHOUT_LOAD);
    }

    private static void serve(String scenario, Transport transport, Check check) throws Exception {
        try (TransportLoops loops = transport.open(1);
                Served served = Scenarios.named(scenario).serve(loops, 0)) {
            check.accept(loops, served);
        } catch (UnavailableException e) {
            abort(e.getMessage());
        }
    }

    private static <T> HttpResponse<T> get(String scheme, Served served, HttpResponse.BodyHandler<T> body)
            throws Exception {
        SSLContext trusting = SSLContext.getInstance("TLS");
        trusting.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), new SecureRandom());
        try (HttpClient client = HttpClient.newBuilder().sslContext(trusting).build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(scheme + "://localhost:" + served.port() + "/"))
                    .build();
            HttpResponse<T> response = client.send(request, body);
            assertThat(response.statusCode()).isEqualTo(200);
            return response;
        }
    }

    private static String text(String scheme, Served served) throws Exception {
        return get(scheme, served, HttpResponse.BodyHandlers.ofString()).body();
    }

    @ParameterizedTest
    @MethodSource
    void hello(String scenario, Transport transport) throws Exception {
        serve(
                scenario,
                transport,
                (loops, served) -> assertThat(text("http", served)).isEqualTo("hello"));
    }

    @ParameterizedTest
    @MethodSource
    void tls(String scenario, Transport transport) throws Exception {
        serve(
                scenario,
                transport,
                (loops, served) -> assertThat(text("https", served)).isEqualTo("hello"));
    }

    @ParameterizedTest
    @MethodSource("transports")
    void http2(Transport transport) throws Exception {
        serve("http2-50", transport, (loops, served) -> {
            HttpResponse<String> response = get("http", served, HttpResponse.BodyHandlers.ofString());
            assertThat(response.body()).isEqualTo("hello");
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
        });
    }

    @ParameterizedTest
    @MethodSource("transports")
    void hundredEvents(Transport transport) throws Exception {
        String events = lines("data: %d\n\n");
        serve(
                "sse-100",
                transport,
                (loops, served) -> assertThat(text("http", served)).isEqualTo(events));
    }

    @ParameterizedTest
    @MethodSource("transports")
    void hundredLinesOfJson(Transport transport) throws Exception {
        String elements = lines("{\"number\":%d,\"text\":\"hello\"}\n");
        serve(
                "webflux-ndjson-100",
                transport,
                (loops, served) -> assertThat(text("http", served)).isEqualTo(elements));
    }

    private static String lines(String format) {
        return IntStream.range(0, 100).mapToObj(format::formatted).reduce("", String::concat);
    }

    @ParameterizedTest
    @MethodSource
    void bodies(String scenario, Transport transport) throws Exception {
        byte[] block = new byte[Body.BLOCK];
        ByteBuf bytes = Body.block();
        bytes.readBytes(block);
        serve(scenario, transport, (loops, served) -> {
            byte[] body =
                    get("http", served, HttpResponse.BodyHandlers.ofByteArray()).body();
            assertThat(body).hasSize(Body.BYTES);
            for (int at = 0; at < body.length; at += Body.BLOCK) {
                assertThat(Arrays.equals(body, at, at + Body.BLOCK, block, 0, Body.BLOCK))
                        .as("block at %s", at)
                        .isTrue();
            }
        });
    }

    @ParameterizedTest
    @MethodSource
    void loaded(String scenario, Transport transport) throws Exception {
        serve(scenario, transport, (loops, served) -> {
            LoadResult result = Loads.of(scenario).send(new LoadTarget(served.port(), TIME, CONNECTIONS));
            assertThat(result.errors()).isZero();
            assertThat(result.operations()).isPositive();
            assertThat(result.histogram().getTotalCount()).isPositive();
            assertThat(result.histogram().getMaxValue()).isPositive();
            // Of the fan-out, two turns are on their way.
            assertThat(result.inFlight()).isEqualTo(scenario.equals("websocket-fanout") ? 2 : CONNECTIONS);
            long counted = served.operations().getAsLong();
            if (counted != Served.NOT_COUNTED) {
                // The sender's first exchange, which finds the length of answers, is not part of its load.
                assertThat(counted).isGreaterThanOrEqualTo(result.operations());
            }
        });
    }

    @ParameterizedTest
    @MethodSource
    void withoutLoad(String scenario, Transport transport) throws Exception {
        serve(scenario, transport, (loops, served) -> {
            assertThat(served.port()).isZero();
            await().until(() -> served.operations().getAsLong() > 10);
        });
    }

    @ParameterizedTest
    @MethodSource("transports")
    void theStatisticsCoverTheLoops(Transport transport) throws Exception {
        serve("keep-alive-64", transport, (loops, served) -> {
            text("http", served);
            Map<String, Object> stats = new ServerStats(loops).of(served);
            assertThat((List<?>) stats.get("loopThreadIds"))
                    .hasSize(Files.exists(Path.of("/proc/thread-self")) ? 1 : 0);
            assertThat((Long) stats.get("loopCpuNanos")).isPositive();
            assertThat((Long) stats.get("loopAllocatedBytes")).isPositive();
            assertThat((Long) stats.get("processCpuNanos")).isGreaterThanOrEqualTo((Long) stats.get("loopCpuNanos"));
            assertThat(stats.containsKey("counters"))
                    .isEqualTo(transport.label().startsWith(Transport.FDFLUX.label()));
        });
    }

    @Test
    void everyScenarioIsTested() {
        List<String> ofTheirOwn = List.of("sse-100", "webflux-ndjson-100", "http2-50");
        List<String> likeAnother = List.of("keep-alive-256", "http2-100", "http2-single", "idle-1000", "idle-20000");
        assertThat(Stream.of(HELLO, TLS, BODIES, LOADED, WITHOUT_LOAD, ofTheirOwn, likeAnother)
                        .flatMap(List::stream))
                .containsExactlyInAnyOrderElementsOf(Scenarios.names());
        assertThat(Scenarios.names()).containsAll(Loads.names());
    }

    @Test
    void unknownNamesAreRefusedWithTheKnownOnes() {
        assertThatThrownBy(() -> Scenarios.named("keep-alive-65")).hasMessageContaining("keep-alive-64");
        assertThatThrownBy(() -> Transport.named("select"))
                .hasMessageContaining("fdflux, fdflux-busy, fdflux-kqueue, nio");
        assertThatThrownBy(() -> Loads.of("gateway")).hasMessageContaining("udp-echo");
    }
}
