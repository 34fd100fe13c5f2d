package io.fdflux.testsuite.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.Deltas;
import io.fdflux.netty.Digest;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Peer;
import io.fdflux.reactor.netty.ReactorLoops;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;

/** One connection, with one request at a time. */
@OnEveryPoller
class KeepAliveTest {

    private static final int REQUESTS = 1_000;

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(1);

    private DisposableServer server;

    @BeforeEach
    void serve() {
        server = Http.server(loops)
                .route(routes -> routes.get(
                                "/now/{n}",
                                (request, response) -> response.sendString(Mono.just("<" + request.param("n") + ">")))
                        .get(
                                "/later/{n}",
                                (request, response) -> response.sendString(Mono.just("<" + request.param("n") + ">")
                                        .publishOn(Schedulers.parallel())))
                        .post(
                                "/digest",
                                (request, response) -> response.sendString(request.receive()
                                        .reduceWith(Digest::new, Digest::add)
                                        .map(Digest::end))))
                .bindNow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"now", "later"})
    void aRequestTakesOneCallToReadAndOneToAnswer(String how) throws Exception {
        try (Peer peer = Peer.connect(server.address())) {
            String request = "GET /" + how + "/7 HTTP/1.1\r\nHost: x\r\n\r\n";
            peer.send(request).textUntil("<7>"); // warms up
            loops.turn();
            Deltas deltas = new Deltas(loops);
            for (int i = 0; i < REQUESTS; i++) {
                peer.send(request).textUntil("<7>");
            }
            loops.turn();
            assertThat(deltas.of(Counter.READ_CALLS)).as("reads").isEqualTo(REQUESTS);
            assertThat(deltas.of(Counter.WRITE_CALLS)).as("writes").isEqualTo(REQUESTS);
        }
    }

    @Test
    void bodiesOfEverySizeComeWholeInBothFramings() throws Exception {
        try (Peer peer = Peer.connect(server.address())) {
            for (int size = 0; size < 3_000_000; size = size * 3 + 1) {
                byte[] body = Digest.bytes(size, size);
                String digest = Digest.of(body).end();
                peer.send("POST /digest HTTP/1.1\r\nHost: x\r\nContent-Length: " + size + "\r\n\r\n")
                        .send(body);
                assertThat(peer.textUntil(digest)).contains(digest);
                peer.send("POST /digest HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
                for (int at = 0; at < size; at += 10_000) {
                    byte[] chunk = java.util.Arrays.copyOfRange(body, at, Math.min(size, at + 10_000));
                    peer.send(Integer.toHexString(chunk.length) + "\r\n")
                            .send(chunk)
                            .send("\r\n");
                }
                peer.send("0\r\n\r\n");
                assertThat(peer.textUntil(digest)).contains(digest);
            }
        }
    }
}
