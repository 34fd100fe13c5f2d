package io.fdflux.reactor.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Warnings;
import io.netty.channel.EventLoop;
import java.time.Duration;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.tcp.TcpClient;
import reactor.test.StepVerifier;

/** The disposal of resources: with their servers and clients, without a warning, and immediately if unused. */
@OnEveryPoller
class LoopResourcesEndTest {

    /** A shutdown that waits this long exceeds the test's time-out. */
    private static final Duration FOR_EVER = Duration.ofSeconds(600);

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(2);

    private static boolean runs(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith(prefix));
    }

    /** The owner may try again, because nothing has been disposed of. */
    @Test
    void resourcesSignalPeriodsThatCannotBe() {
        FdLoopResources resources = FdLoopResources.builder("refusing").loops(1).build();
        EventLoop loop = resources.onClient(true).next();
        EventLoop nio = resources.onClient(false).next();
        StepVerifier.create(resources.disposeLater(Duration.ofSeconds(20), Duration.ofSeconds(15)))
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("PT20S or more"))
                .verify();
        assertThat(resources.isDisposed()).isFalse();
        assertThat(loop.submit(() -> 7).syncUninterruptibly().getNow()).isEqualTo(7);
        resources.disposeLater(Duration.ZERO, Duration.ofSeconds(15)).block();
        assertThat(resources.isDisposed()).isTrue();
        assertThat(loop.isTerminated()).isTrue();
        assertThat(nio.isTerminated()).isTrue();
        resources.disposeLater(Duration.ZERO, Duration.ofSeconds(15)).block();
    }

    /** Reactor Netty's own resources start no thread either before their loops are used. */
    @Test
    void unusedResourcesEndAtOnceWithoutAThread() {
        FdLoopResources resources = FdLoopResources.builder("unused").loops(3).build();
        assertThat(runs("unused-")).isFalse();
        resources.disposeLater(FOR_EVER, FOR_EVER).block();
        assertThat(runs("unused-")).isFalse();
        assertThat(resources.isDisposed()).isTrue();
        assertThat(resources.onClient(true).isTerminated()).isTrue();
        assertThat(resources.onServer(true).isTerminated()).isTrue();
    }

    @Test
    void reactorNettysServersAndClientsEndWithTheLoops() {
        DisposableServer http = HttpServer.create()
                .host("127.0.0.1")
                .runOn(loops.resources())
                .handle((request, response) -> response.sendString(Mono.just("hello")))
                .bindNow();
        HttpClient client = HttpClient.create().runOn(loops.resources()).remoteAddress(http::address);
        assertThat(client.get()
                        .uri("/")
                        .responseContent()
                        .aggregate()
                        .asString()
                        .block())
                .isEqualTo("hello");
        assertThat(loops.resources().isDisposed()).isFalse();
        loops.close();
        assertThat(loops.resources().isDisposed()).isTrue();
        assertThat(http.isDisposed()).isTrue();
        loops.close(); // a second close has no effect
    }

    @RepeatedTest(3)
    void ofServersAndClients() throws Exception {
        try (Warnings warnings = new Warnings()) {
            ConnectionProvider pool = ConnectionProvider.create("orderly", 2);
            DisposableServer http = HttpServer.create()
                    .host("127.0.0.1")
                    .runOn(loops.resources())
                    .handle((request, response) -> response.sendString(Mono.just("hello")))
                    .bindNow(PATIENCE);
            String answer = HttpClient.create(pool)
                    .runOn(loops.resources())
                    .remoteAddress(http::address)
                    .get()
                    .uri("/")
                    .responseContent()
                    .aggregate()
                    .asString()
                    .block(PATIENCE);
            assertThat(answer).isEqualTo("hello");
            Connection idle = TcpClient.create()
                    .runOn(loops.resources())
                    .remoteAddress(http::address)
                    .connectNow(PATIENCE);
            http.disposeNow(PATIENCE);
            pool.disposeLater().block(PATIENCE);
            loops.close();
            assertThat(idle.isDisposed()).isTrue();
            assertThat(warnings.lines()).isEmpty();
        }
    }

    /** The loops stop first, under a server and clients that are still open. */
    @Test
    void ofTheLoopsAlone() throws Exception {
        try (Warnings warnings = new Warnings()) {
            DisposableServer http = HttpServer.create()
                    .host("127.0.0.1")
                    .runOn(loops.resources())
                    .handle((request, response) -> response.sendString(Mono.just("hello")))
                    .bindNow(PATIENCE);
            Connection idle = TcpClient.create()
                    .runOn(loops.resources())
                    .remoteAddress(http::address)
                    .connectNow(PATIENCE);
            loops.close();
            assertThat(http.isDisposed()).isTrue();
            assertThat(idle.isDisposed()).isTrue();
            assertThat(warnings.lines()).isEmpty();
        }
    }
}
