package io.fdflux.testsuite.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Peer;
import io.fdflux.reactor.netty.ReactorLoops;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

/** Many requests in one write. */
@OnEveryPoller
class PipeliningTest {

    private static final Pattern ANSWER = Pattern.compile("<(\\d+)>");

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(1);

    private static DisposableServer serve(HttpServer server) {
        return server.route(routes -> routes.get(
                                "/now/{n}",
                                (request, response) -> response.sendString(Mono.just("<" + request.param("n") + ">")))
                        .get(
                                "/later/{n}",
                                (request, response) -> response.sendString(Mono.just("<" + request.param("n") + ">")
                                        .publishOn(Schedulers.parallel())))
                        .post(
                                "/echo",
                                (request, response) -> response.sendString(
                                        request.receive().aggregate().asString().map(body -> "<" + body + ">"))))
                .bindNow();
    }

    private static String get(String how, int count, boolean lastCloses) {
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < count; i++) {
            requests.append("GET /" + how + "/" + i + " HTTP/1.1\r\nHost: x\r\n" + close(lastCloses && i == count - 1)
                    + "\r\n");
        }
        return requests.toString();
    }

    private static String post(int count, boolean lastCloses) {
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < count; i++) {
            String body = String.valueOf(i);
            requests.append("POST /echo HTTP/1.1\r\nHost: x\r\n" + close(lastCloses && i == count - 1)
                    + "Content-Length: " + body.length() + "\r\n\r\n" + body);
        }
        return requests.toString();
    }

    private static String close(boolean yes) {
        return yes ? "Connection: close\r\n" : "";
    }

    /**
     * Reads while the requests are still being sent, because the server accepts no more requests than it has answered.
     */
    private static CompletableFuture<String> inBackground(java.util.concurrent.Callable<String> reading) {
        CompletableFuture<String> text = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try {
                text.complete(reading.call());
            } catch (Exception e) {
                text.completeExceptionally(e);
            }
        });
        return text;
    }

    private static void assertAnswers(String text, int count) {
        Matcher answers = ANSWER.matcher(text);
        assertThat(answers.results().mapToInt(answer -> Integer.parseInt(answer.group(1))))
                .containsExactlyElementsOf(IntStream.range(0, count).boxed().toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"now", "later"})
    void aThousandAreAnsweredInOrderAndTheConnectionStays(String how) throws Exception {
        DisposableServer server = serve(Http.server(loops));
        try (Peer peer = Peer.connect(server.address())) {
            for (int round = 0; round < 3; round++) {
                CompletableFuture<String> text = inBackground(() -> peer.textUntil("<999>"));
                peer.send(get(how, 1_000, false));
                assertAnswers(text.get(), 1_000);
            }
        }
    }

    /** Reactor Netty drops its queue when the last request of a batch asks to close, so nothing may be queued then. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 31, 32, 33, 100, 1_000})
    void theLastOneMayAskToClose(int count) throws Exception {
        DisposableServer server = serve(Http.server(loops));
        for (int round = 0; round < 20; round++) {
            try (Peer peer = Peer.connect(server.address())) {
                CompletableFuture<String> text = inBackground(peer::text);
                peer.send(get("now", count, true));
                assertAnswers(text.get(), count);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 100, 1_000})
    void theLastOneMayAskToCloseAndAllHaveBodies(int count) throws Exception {
        DisposableServer server = serve(Http.server(loops));
        try (Peer peer = Peer.connect(server.address())) {
            CompletableFuture<String> text = inBackground(peer::text);
            peer.send(post(count, true));
            assertAnswers(text.get(), count);
        }
    }

    @Test
    void theBatchMayBeCutAtEveryByte() throws Exception {
        DisposableServer server = serve(Http.server(loops));
        String requests = get("now", 3, true);
        for (int at = 1; at < requests.length(); at++) {
            try (Peer peer = Peer.connect(server.address())) {
                peer.send(requests.substring(0, at));
                loops.turn();
                peer.send(requests.substring(at));
                assertAnswers(peer.text(), 3);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"JDK,2", "JDK,1000", "OPENSSL,2", "OPENSSL,1000"})
    void theLastOneMayAskToCloseOverTls(SslProvider provider, int count) throws Exception {
        DisposableServer server =
                serve(Http.server(loops).secure(spec -> spec.sslContext(Certificates.http1Server(provider))));
        Socket socket = Certificates.jdkClient().getSocketFactory().createSocket("127.0.0.1", server.port());
        try (Peer peer = new Peer(socket)) {
            CompletableFuture<String> text = inBackground(peer::text);
            peer.send(get("now", count, true));
            assertAnswers(text.get(), count);
        }
    }

    /**
     * Late answers are lost on every transport when a later request of the batch asks to close. The connection ends
     * here as it does there.
     */
    @Test
    void handlersThatAnswerLaterSeeWhatTheySeeOnNettysTransports() throws Exception {
        LoopResources nio = LoopResources.create("nio", 1, true);
        DisposableServer other = serve(HttpServer.create().host("127.0.0.1").runOn(nio, false));
        DisposableServer ours = serve(Http.server(loops));
        try {
            assertThat(answersOfLaterOnes(ours)).isEqualTo(answersOfLaterOnes(other));
        } finally {
            other.disposeNow();
            nio.disposeLater(java.time.Duration.ZERO, java.time.Duration.ofSeconds(15))
                    .block();
        }
    }

    private static String answersOfLaterOnes(DisposableServer server) throws IOException {
        try (Peer peer = Peer.connect(server.address())) {
            return ANSWER.matcher(peer.send(get("later", 10, true)).text())
                    .results()
                    .map(answer -> answer.group(1))
                    .toList()
                    .toString();
        }
    }
}
