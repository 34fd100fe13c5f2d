package io.fdflux.reactor.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.Digest;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Peer;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** A peer that resets its connection at every stage: the connection ends, and the server continues. */
@OnEveryPoller
class ResetTest {

    private static final int EACH = 50;
    private static final String REQUEST = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(1);

    private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    /** The stage of the reset. */
    enum Stage {
        AT_ONCE,
        AFTER_ACCEPT,
        IN_THE_HEAD,
        IN_THE_BODY,
        AFTER_THE_REQUEST,
        IN_THE_RESPONSE,
        AFTER_THE_RESPONSE
    }

    private DisposableServer serve() {
        return HttpServer.create()
                .host("127.0.0.1")
                .runOn(loops.resources())
                .doOnConnection(connection -> open.add(connection.channel()))
                .route(routes -> routes.post(
                                "/echo",
                                (request, response) -> response.sendString(
                                        request.receive().asString().reduce(String::concat)))
                        .get(
                                "/endless",
                                (request, response) -> response.send(
                                        Flux.generate(sink -> sink.next(Digest.direct(new byte[10_000]))))))
                .bindNow();
    }

    private void go(Stage stage, Peer peer) throws Exception {
        switch (stage) {
            case AT_ONCE -> {}
            case AFTER_ACCEPT -> loops.turn();
            case IN_THE_HEAD -> {
                peer.send(REQUEST.substring(0, 20));
                loops.turn();
            }
            case IN_THE_BODY -> {
                peer.send(REQUEST.substring(0, REQUEST.length() - 2));
                loops.turn();
            }
            case AFTER_THE_REQUEST -> peer.send(REQUEST);
            case IN_THE_RESPONSE -> {
                peer.send("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
                peer.read(20_000);
            }
            case AFTER_THE_RESPONSE -> {
                peer.send(REQUEST);
                peer.textUntil("hello");
            }
        }
        peer.reset();
    }

    @ParameterizedTest
    @EnumSource
    void theServerServesOn(Stage stage) throws Exception {
        DisposableServer server = serve();
        long before = loops.count(Counter.ACCEPTED);
        for (int i = 0; i < EACH; i++) {
            go(stage, Peer.connect(server.address()));
        }
        await().until(() -> loops.count(Counter.ACCEPTED) == before + EACH);
        await().until(open::isEmpty);
        try (Peer peer = Peer.connect(server.address())) {
            peer.send(REQUEST.replace("Host: x", "Host: x\r\nConnection: close"));
            assertThat(peer.text()).endsWith("hello");
        }
        await().until(open::isEmpty);
    }

    @Test
    void aHandlerOfNobodyIsGone() throws Exception {
        DisposableServer server = HttpServer.create()
                .host("127.0.0.1")
                .runOn(loops.resources())
                .doOnConnection(connection -> open.add(connection.channel()))
                .handle((request, response) -> Mono.never())
                .bindNow();
        for (int i = 0; i < EACH; i++) {
            Peer peer = Peer.connect(server.address());
            peer.send(REQUEST);
            loops.turn();
            peer.reset();
        }
        await().until(() -> loops.count(Counter.ACCEPTED) == EACH);
        await().until(open::isEmpty);
    }
}
