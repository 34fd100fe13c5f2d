package io.fdflux.reactor.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Peer;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** Requests split and joined in every way that TCP allows. */
@OnEveryPoller
class HttpRequestsTest {

    private static final int PIPELINED = 5_000;

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(1);

    private DisposableServer server;

    @BeforeEach
    void serve() {
        server = HttpServer.create()
                .host("127.0.0.1")
                .runOn(loops.resources())
                .route(routes -> routes.get(
                                "/{n}",
                                (request, response) -> response.sendString(Mono.just("<" + request.param("n") + ">")))
                        .post(
                                "/echo",
                                (request, response) -> response.sendString(
                                        request.receive().aggregate().asString().map(body -> "<" + body + ">"))))
                .bindNow();
    }

    private static String get(Object n, String more) {
        return "GET /" + n + " HTTP/1.1\r\nHost: x\r\n" + more + "\r\n";
    }

    private static String get(Object n) {
        return get(n, "");
    }

    private static String lastGet(Object n) {
        return get(n, "Connection: close\r\n");
    }

    @Test
    void thousandsOfRequestsInOneWriteAreAnsweredInOrder() throws Exception {
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < PIPELINED; i++) {
            requests.append(get(i));
        }
        try (Peer peer = Peer.connect(server.address())) {
            CompletableFuture<String> answers = new CompletableFuture<>();
            Thread.ofPlatform().start(() -> {
                try {
                    answers.complete(peer.textUntil("<" + (PIPELINED - 1) + ">"));
                } catch (IOException e) {
                    answers.completeExceptionally(e);
                }
            });
            peer.send(requests.toString());
            String text = answers.get();
            int at = 0;
            for (int i = 0; i < PIPELINED; i++) {
                at = text.indexOf("<" + i + ">", at);
                assertThat(at).as("answer %d", i).isNotNegative();
            }
            assertThat(text.split("HTTP/1.1 200 OK", -1)).hasSize(PIPELINED + 1);
        }
    }

    /** Sends two parts; the server has read the first one before the second is sent. */
    private void sendInTwo(Peer peer, String request, int at) throws Exception {
        long before = loops.count(Counter.BYTES_READ);
        peer.send(request.substring(0, at));
        await().until(() -> loops.count(Counter.BYTES_READ) == before + at);
        peer.send(request.substring(at));
    }

    @Test
    void aRequestMayBeCutAtEveryByte() throws Exception {
        String request = get("1") + get("2");
        for (int at = 1; at < request.length(); at++) {
            try (Peer peer = Peer.connect(server.address())) {
                sendInTwo(peer, request, at);
                assertThat(peer.textUntil("<2>")).as("cut at %d", at).containsSubsequence("<1>", "<2>");
            }
        }
    }

    @Test
    void aBodyMayBeCutAtEveryByte() throws Exception {
        String request = "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n";
        for (int at = 1; at < request.length(); at++) {
            try (Peer peer = Peer.connect(server.address())) {
                sendInTwo(peer, request, at);
                assertThat(peer.text()).as("cut at %d", at).contains("<hello world>");
            }
        }
    }

    @Test
    void aRequestMayComeByteByByte() throws Exception {
        String request = get("1") + get("2");
        try (Peer peer = Peer.connect(server.address())) {
            long before = loops.count(Counter.BYTES_READ);
            for (int i = 0; i < request.length(); i++) {
                peer.send(request.substring(i, i + 1));
                long read = before + i + 1;
                await().until(() -> loops.count(Counter.BYTES_READ) == read);
            }
            assertThat(peer.textUntil("<2>")).containsSubsequence("<1>", "<2>");
        }
    }

    @Test
    void aConnectionMayServeOneRequest() throws Exception {
        try (Peer peer = Peer.connect(server.address())) {
            peer.send(lastGet("1"));
            assertThat(peer.text()).contains("<1>");
        }
    }
}
