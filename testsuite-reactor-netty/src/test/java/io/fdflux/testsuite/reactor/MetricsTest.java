package io.fdflux.testsuite.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.netty.OnEveryPoller;
import io.fdflux.reactor.netty.ReactorLoops;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.util.Collection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.resources.ConnectionProvider;

/** Reactor Netty's meters count the traffic of our channels. */
@OnEveryPoller
class MetricsTest {

    private static final int CALLS = 50;
    private static final String BODY = "x".repeat(1_000);

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(2);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private ConnectionProvider pool;

    @BeforeEach
    void register() {
        Metrics.addRegistry(registry);
        pool = ConnectionProvider.builder("metered")
                .maxConnections(5)
                .metrics(true)
                .build();
    }

    @AfterEach
    void deregister() {
        pool.disposeLater().block();
        Metrics.removeRegistry(registry);
        registry.close();
    }

    private Collection<Meter> meters(String name) {
        return registry.find(name).meters();
    }

    private double sum(String name) {
        return registry.find(name).tag("uri", "/metered").summaries().stream()
                .mapToDouble(summary -> summary.totalAmount())
                .sum();
    }

    private long count(String name) {
        return registry.find(name).timers().stream()
                .mapToLong(timer -> timer.count())
                .sum();
    }

    @Test
    void requestsBytesConnectionsAndLoopsAreMetered() {
        DisposableServer server = Http.server(loops)
                .metrics(true, uri -> uri)
                .handle((request, response) ->
                        response.sendString(request.receive().aggregate().asString()))
                .bindNow();
        Flux.range(0, CALLS)
                .flatMap(
                        i -> Http.client(loops, pool, server)
                                .metrics(true, uri -> uri)
                                .post()
                                .uri("/metered")
                                .send(Http.pieces(BODY.getBytes(), 100))
                                .responseContent()
                                .aggregate(),
                        5)
                .blockLast();
        for (String side : new String[] {"reactor.netty.http.server", "reactor.netty.http.client"}) {
            await().untilAsserted(() ->
                    assertThat(count(side + ".response.time")).as(side).isEqualTo(CALLS));
            assertThat(sum(side + ".data.sent")).as(side).isEqualTo(CALLS * BODY.length());
            assertThat(sum(side + ".data.received")).as(side).isEqualTo(CALLS * BODY.length());
        }
        assertThat(registry.find("reactor.netty.http.server.connections.total")
                        .gauge()
                        .value())
                .isBetween(1.0, 5.0);
        assertThat(count("reactor.netty.http.client.connect.time")).isBetween(1L, 5L);
        assertThat(meters("reactor.netty.connection.provider.total.connections"))
                .isNotEmpty();
        assertThat(meters("reactor.netty.bytebuf.allocator.used.direct.memory")).isNotEmpty();
        pendingTasksOfALoop();
        server.disposeNow();
    }

    /** The gauge has the name of this transport's threads, and Netty's loop supplies its value. */
    private void pendingTasksOfALoop() {
        String thread =
                ((SingleThreadEventExecutor) loops.next()).threadProperties().name();
        assertThat(thread).startsWith("test-");
        assertThat(registry.find("reactor.netty.eventloop.pending.tasks").gauges())
                .extracting(gauge -> gauge.getId().getTag("name"))
                .anyMatch(name -> name.startsWith(thread.substring(0, thread.lastIndexOf('-'))));
    }

    @Test
    void theClosingOfConnectionsIsCounted() {
        DisposableServer server = Http.server(loops)
                .metrics(true, uri -> uri)
                .handle((request, response) -> response.sendString(Mono.just("ok")))
                .bindNow();
        Http.client(loops, pool, server)
                .get()
                .uri("/")
                .responseContent()
                .aggregate()
                .block();
        pool.disposeLater().block();
        String port = String.valueOf(server.port());
        await().untilAsserted(() -> assertThat(registry.find("reactor.netty.http.server.connections.total")
                        .gauges())
                .filteredOn(gauge -> gauge.getId().getTag("local.address").endsWith(port))
                .singleElement()
                .satisfies(gauge -> assertThat(gauge.value()).isZero()));
        server.disposeNow();
    }
}
