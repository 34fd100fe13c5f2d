package io.fdflux.testsuite.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.Deltas;
import io.fdflux.netty.Digest;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.reactor.netty.ReactorLoops;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import java.net.URI;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.WebsocketClientSpec;
import reactor.netty.http.server.WebsocketServerSpec;

/** WebSocket with and without permessage-deflate, between Reactor Netty's two sides and with the JDK's client. */
@OnEveryPoller
class WebSocketTest {

    private static final int MESSAGES = 100;
    private static final int PIECE = 10_000;

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(2);

    private final AtomicLong produced = new AtomicLong();
    private DisposableServer server;

    private static WebsocketServerSpec spec(boolean compress) {
        return WebsocketServerSpec.builder()
                .compress(compress)
                .maxFramePayloadLength(1 << 20)
                .build();
    }

    @BeforeEach
    void serve() {
        server = Http.server(loops)
                .route(routes -> routes.ws(
                                "/echo",
                                (in, out) -> out.sendString(in.receive().asString()),
                                spec(false))
                        .ws(
                                "/compressed",
                                (in, out) -> out.sendString(in.receive().asString()),
                                spec(true))
                        .ws("/close", (in, out) -> out.sendClose(4001, "enough"), spec(false))
                        .ws(
                                "/status",
                                (in, out) -> in.receiveCloseStatus()
                                        .doOnNext(closeStatus::complete)
                                        .then(),
                                spec(false))
                        .ws(
                                "/endless",
                                (in, out) -> out.sendByteArray(Flux.generate(sink -> {
                                    produced.addAndGet(PIECE);
                                    sink.next(new byte[PIECE]);
                                })),
                                spec(false)))
                .bindNow();
    }

    private final CompletableFuture<WebSocketCloseStatus> closeStatus = new CompletableFuture<>();

    @AfterEach
    void stop() {
        server.disposeNow();
    }

    private HttpClient.WebsocketSender client(String path, boolean compress) {
        return HttpClient.newConnection()
                .runOn(loops.resources())
                .remoteAddress(server::address)
                .websocket(WebsocketClientSpec.builder()
                        .compress(compress)
                        .maxFramePayloadLength(1 << 20)
                        .build())
                .uri(path);
    }

    /** {@return hexadecimal digits, which compress to half their length or less} */
    private static String text(int i) {
        return i + ":" + HexFormat.of().formatHex(Digest.bytes(i * 50, i));
    }

    private static Flux<String> texts() {
        return Flux.range(0, MESSAGES).map(WebSocketTest::text);
    }

    private long echo(boolean compress) {
        Deltas deltas = new Deltas(loops);
        Flux<String> echoed = client(compress ? "/compressed" : "/echo", compress)
                .handle((in, out) -> in.aggregateFrames(1 << 20)
                        .receive()
                        .asString()
                        .take(MESSAGES)
                        .mergeWith(out.sendString(texts()).then().then(Mono.empty())));
        assertThat(echoed.collectList().block()).isEqualTo(texts().collectList().block());
        loops.turn(); // a send is counted behind the call, when the peer may have its bytes
        return deltas.of(Counter.BYTES_WRITTEN);
    }

    @Test
    void everyMessageComesBackAndCompressionCompresses() {
        long plain = echo(false);
        assertThat(echo(true)).as("bytes sent, compressed").isLessThan(plain * 2 / 3);
    }

    /** Records messages and the end. */
    private static final class Listener implements WebSocket.Listener {
        final CompletableFuture<String> text = new CompletableFuture<>();
        final CompletableFuture<String> pong = new CompletableFuture<>();
        final CompletableFuture<String> closed = new CompletableFuture<>();
        private final StringBuilder parts = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            parts.append(part);
            if (last) {
                text.complete(parts.toString());
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
            pong.complete(new String(message.array(), message.position(), message.remaining()));
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            closed.complete(status + " " + reason);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable cause) {
            text.completeExceptionally(cause);
            pong.completeExceptionally(cause);
            closed.completeExceptionally(cause);
        }
    }

    private interface Conversation {
        void hold(WebSocket socket, Listener listener) throws Exception;
    }

    private void withJdk(String path, Conversation conversation) throws Exception {
        java.net.http.HttpClient jdk = java.net.http.HttpClient.newHttpClient();
        try {
            Listener listener = new Listener();
            WebSocket socket = jdk.newWebSocketBuilder()
                    .buildAsync(URI.create("ws://127.0.0.1:" + server.port() + path), listener)
                    .join();
            conversation.hold(socket, listener);
            socket.abort();
        } finally {
            jdk.shutdownNow(); // close() would wait for the end of the conversation
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/echo", "/compressed"})
    void theJdksClientIsAnsweredItsPingsAndTexts(String path) throws Exception {
        withJdk(path, (socket, listener) -> {
            socket.sendPing(ByteBuffer.wrap("are you there".getBytes())).join();
            assertThat(listener.pong.get()).isEqualTo("are you there");
            socket.sendText(text(100), true).join();
            assertThat(listener.text.get()).isEqualTo(text(100));
        });
    }

    @Test
    void theServersCloseCodeReachesTheJdk() throws Exception {
        withJdk(
                "/close",
                (socket, listener) -> assertThat(listener.closed.get()).isEqualTo("4001 enough"));
    }

    @Test
    void theServersCloseCodeReachesOurClient() {
        WebSocketCloseStatus status = client("/close", false)
                .handle((in, out) -> in.receive().thenMany(in.receiveCloseStatus()))
                .blockLast();
        assertThat(status.code()).isEqualTo(4001);
        assertThat(status.reasonText()).isEqualTo("enough");
    }

    @Test
    void theClientsCloseCodeReachesTheServer() throws Exception {
        withJdk("/status", (socket, listener) -> {
            socket.sendClose(4002, "gone").join();
            assertThat(closeStatus.get().code()).isEqualTo(4002);
            assertThat(closeStatus.get().reasonText()).isEqualTo("gone");
        });
    }

    @Test
    void whoDoesNotReadHoldsBackTheOtherSide() {
        SlowSubscriber slow = new SlowSubscriber();
        client("/endless", false).handle((in, out) -> in.receive()).subscribe(slow);
        slow.awaitFirst();
        long stable = awaitStandstill();
        assertThat(stable).as("bytes produced without demand").isLessThan(64L << 20);
        slow.request(2_000);
        await().until(() -> produced.get() > stable);
        slow.cancel();
    }

    /** Waits until production stops, because the sockets and the queues between are full. */
    private long awaitStandstill() {
        long[] before = {-1};
        await().until(() -> {
            for (int i = 0; i < 20; i++) {
                loops.turn();
            }
            long now = produced.get();
            boolean still = now == before[0];
            before[0] = now;
            return still;
        });
        return before[0];
    }
}
