package io.fdflux.testsuite.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Peer;
import io.fdflux.reactor.netty.ReactorLoops;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.internal.shaded.reactor.pool.PoolAcquireTimeoutException;
import reactor.netty.resources.ConnectionProvider;
import reactor.test.StepVerifier;

/** Pooled connections: kept, waited for, and abandoned. */
@OnEveryPoller
class ConnectionPoolTest {

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(2);

    private final Sinks.Empty<Void> release = Sinks.empty();
    private final AtomicInteger held = new AtomicInteger();
    private DisposableServer server;
    private ConnectionProvider pool;

    @BeforeEach
    void serve() {
        server = Http.server(loops)
                .route(routes -> routes.get("/", (request, response) -> response.sendString(Mono.just("ok")))
                        .get("/held", (request, response) -> {
                            held.incrementAndGet();
                            return response.sendString(release.asMono().thenReturn("let go"));
                        }))
                .bindNow();
    }

    @AfterEach
    void stop() {
        pool.disposeLater().block();
    }

    private ConnectionProvider.Builder pool(int max) {
        return ConnectionProvider.builder("pool").maxConnections(max);
    }

    private Mono<String> get(String path) {
        return Http.client(loops, pool, server)
                .get()
                .uri(path)
                .responseContent()
                .aggregate()
                .asString();
    }

    @Test
    void noMoreConnectionsThanAllowedAndTheOthersWait() {
        pool = pool(3).pendingAcquireMaxCount(1_000).build();
        List<String> answers =
                Flux.range(0, 1_000).flatMap(i -> get("/"), 500).collectList().block();
        assertThat(answers).hasSize(1_000).containsOnly("ok");
        assertThat(loops.count(Counter.ACCEPTED)).isEqualTo(3);
    }

    @Test
    void aLongWaitForAConnectionFails() {
        pool = pool(1).pendingAcquireTimeout(Duration.ofMillis(200)).build();
        CompletableFuture<String> first = get("/held").toFuture();
        await().until(() -> held.get() == 1);
        StepVerifier.create(get("/"))
                .expectError(PoolAcquireTimeoutException.class)
                .verify();
        release.tryEmitEmpty();
        assertThat(first.join()).isEqualTo("let go");
        assertThat(get("/").block()).isEqualTo("ok");
    }

    private int connectionsOpen() {
        return (int) (loops.count(Counter.ACCEPTED) - closed.get());
    }

    private final AtomicInteger closed = new AtomicInteger();

    private void countClosed() {
        server.disposeNow();
        server = Http.server(loops)
                .doOnChannelInit((observer, channel, remote) ->
                        channel.closeFuture().addListener(done -> closed.incrementAndGet()))
                .handle((request, response) -> response.sendString(Mono.just("ok")))
                .bindNow();
    }

    @Test
    void idleConnectionsAreEvictedInTheBackground() {
        countClosed();
        pool = pool(20).maxIdleTime(Duration.ofMillis(100))
                .evictInBackground(Duration.ofMillis(50))
                .build();
        Flux.range(0, 200).flatMap(i -> get("/"), 20).blockLast();
        assertThat(loops.count(Counter.ACCEPTED)).isPositive();
        await().until(() -> connectionsOpen() == 0);
        assertThat(get("/").block()).isEqualTo("ok");
    }

    @Test
    void noConnectionLivesLongerThanAllowed() {
        countClosed();
        pool = pool(1).maxLifeTime(Duration.ofMillis(100))
                .evictInBackground(Duration.ofMillis(50))
                .build();
        assertThat(get("/").block()).isEqualTo("ok");
        await().until(() -> closed.get() == 1);
        assertThat(get("/").block()).isEqualTo("ok");
        assertThat(loops.count(Counter.ACCEPTED)).isEqualTo(2);
    }

    /** An idle connection is not read, but the server's close is noticed before the next request. */
    @Test
    void aConnectionThatTheServerEndedIsNotUsedAgain() throws Exception {
        pool = pool(1).build();
        try (ServerSocket listener = Loops.plainListener()) {
            AtomicInteger disconnected = new AtomicInteger();
            HttpClient client = HttpClient.create(pool)
                    .runOn(loops.resources())
                    .disableRetry(true)
                    .doOnChannelInit((observer, channel, remote) ->
                            channel.closeFuture().addListener(done -> disconnected.incrementAndGet()));
            for (int i = 0; i < 50; i++) {
                CompletableFuture<String> answer = client.get()
                        .uri("http://127.0.0.1:" + listener.getLocalPort() + "/")
                        .responseContent()
                        .aggregate()
                        .asString()
                        .toFuture();
                try (Peer peer = Peer.accept(listener)) {
                    peer.textUntil("\r\n\r\n");
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                    assertThat(answer.join()).isEqualTo("ok");
                    if (i % 2 == 0) {
                        peer.end();
                        peer.readToEnd();
                    } else {
                        peer.reset();
                    }
                }
                int all = i + 1;
                await().until(() -> disconnected.get() == all);
            }
        }
    }

    /** A server may send an unrequested response and close, as HAProxy does with 408. */
    @Test
    void whatComesUnaskedOnAnIdleConnectionEndsIt() throws Exception {
        pool = pool(1).build();
        try (ServerSocket listener = Loops.plainListener()) {
            List<String> answers = new ArrayList<>();
            HttpClient client = HttpClient.create(pool).runOn(loops.resources()).disableRetry(true);
            AtomicInteger disconnected = new AtomicInteger();
            for (int i = 0; i < 20; i++) {
                CompletableFuture<String> answer = client.doOnChannelInit((observer, channel, remote) ->
                                channel.closeFuture().addListener(done -> disconnected.incrementAndGet()))
                        .get()
                        .uri("http://127.0.0.1:" + listener.getLocalPort() + "/")
                        .responseContent()
                        .aggregate()
                        .asString()
                        .toFuture();
                try (Peer peer = Peer.accept(listener)) {
                    peer.textUntil("\r\n\r\n");
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                    answers.add(answer.join());
                    peer.send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                    peer.end();
                    peer.readToEnd();
                }
                int all = i + 1;
                await().until(() -> disconnected.get() == all);
            }
            assertThat(answers).hasSize(20).containsOnly("ok");
        }
    }
}
