package io.fdflux.reactor.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Peer;
import io.fdflux.netty.Recorder;
import io.netty.channel.Channel;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;
import reactor.netty.ChannelBindException;
import reactor.netty.DisposableServer;
import reactor.netty.channel.AbortedException;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;

/** Failures reach users of Reactor Netty in the usual way, and affect nothing else. */
@OnEveryPoller
class FailuresTest {

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(2);

    private static InetSocketAddress nobodyListens() throws Exception {
        try (ServerSocket socket = Loops.plainListener()) {
            return (InetSocketAddress) socket.getLocalSocketAddress();
        }
    }

    @Test
    void reactorNettyReportsThePort() {
        Channel first = loops.listen(Recorder::new);
        int port = ((InetSocketAddress) first.localAddress()).getPort();
        HttpServer server = HttpServer.create()
                .host("127.0.0.1")
                .port(port)
                .runOn(loops.resources())
                .handle((request, response) -> response.sendString(Mono.just("never")));
        assertThatThrownBy(server::bindNow)
                .isInstanceOf(ChannelBindException.class)
                .hasMessageContaining(Integer.toString(port))
                .hasCauseInstanceOf(BindException.class);
    }

    @Test
    void anUnknownHostFailsTheRequest() {
        HttpClient http = HttpClient.create().runOn(loops.resources());
        assertThatThrownBy(() -> http.get()
                        .uri("http://no.such.host.invalid/")
                        .response()
                        .block())
                .hasCauseInstanceOf(UnknownHostException.class)
                .hasMessageContaining("no.such.host.invalid");
    }

    @Test
    void aRefusedRequestNamesTheAddress() throws Exception {
        InetSocketAddress address = nobodyListens();
        HttpClient http = HttpClient.create().runOn(loops.resources()).remoteAddress(() -> address);
        assertThatThrownBy(() -> http.get().uri("/").response().block())
                .hasCauseInstanceOf(ConnectException.class)
                .hasMessageContaining(Integer.toString(address.getPort()));
    }

    @Test
    void anExceptionInAReactorHandlerEndsItsOwnRequestOnly() throws Exception {
        DisposableServer server = HttpServer.create()
                .host("127.0.0.1")
                .runOn(loops.resources())
                .route(routes -> routes.get("/bad", (request, response) -> {
                            throw new IllegalStateException("thrown by a test");
                        })
                        .get("/good", (request, response) -> response.sendString(Mono.just("good"))))
                .bindNow();
        for (int i = 0; i < 10; i++) {
            for (String path : new String[] {"bad", "good"}) {
                try (Peer peer = Peer.connect(server.address())) {
                    peer.send("GET /" + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
                    assertThat(peer.text()).contains(path.equals("bad") ? "500 Internal" : "good");
                }
            }
        }
    }

    @Test
    void aResetIsOneThatReactorNettyKnows() throws Exception {
        Recorder recorder = new Recorder();
        try (ServerSocket listener = Loops.plainListener()) {
            loops.connect(listener.getLocalSocketAddress(), recorder);
            Peer.accept(listener).reset();
        }
        await().until(() -> !recorder.failures.isEmpty());
        assertThat(recorder.failures.getFirst()).matches(AbortedException::isConnectionReset);
    }
}
