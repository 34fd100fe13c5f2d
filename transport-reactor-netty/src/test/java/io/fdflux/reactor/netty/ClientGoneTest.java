package io.fdflux.reactor.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Peer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** Invariant 9: a lost client is noticed without demand, and its handler is cancelled. */
@OnEveryPoller
class ClientGoneTest {

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(1);

    private final CountDownLatch working = new CountDownLatch(1);
    private final CountDownLatch cancelled = new CountDownLatch(1);

    /** A server whose handler never answers, and counts its start and its cancellation. */
    private DisposableServer silentServer() {
        return HttpServer.create()
                .host("127.0.0.1")
                .runOn(loops.resources())
                .handle((request, response) -> Mono.<Void>never()
                        .doOnSubscribe(s -> working.countDown())
                        .doOnCancel(cancelled::countDown))
                .bindNow();
    }

    @ParameterizedTest(name = "reset {0}")
    @ValueSource(booleans = {false, true})
    void anHttpHandlersPublisherIsCancelledWhenTheClientGoes(boolean reset) throws Exception {
        DisposableServer http = silentServer();
        Peer peer = Peer.connect(http.address());
        peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(working.await(30, TimeUnit.SECONDS)).isTrue();
        if (reset) {
            peer.reset();
        } else {
            peer.close();
        }
        assertThat(cancelled.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aHandlerThatHasNotAskedForTheBodyIsCancelled() throws Exception {
        DisposableServer http = silentServer();
        Peer peer = Peer.connect(http.address());
        peer.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
        assertThat(working.await(30, TimeUnit.SECONDS)).isTrue();
        peer.send(new byte[100_000]);
        loops.turn();
        peer.reset();
        assertThat(cancelled.await(30, TimeUnit.SECONDS)).isTrue();
    }
}
