package io.fdflux.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.FdLoops;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.servers.PostgresServer;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import reactor.core.publisher.Flux;

/** R2DBC with the starter, on PostgreSQL: on the server's loops, and off them by a property. */
class R2dbcTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int ROWS = 10_000;

    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private final ApplicationContextRunner context = new ApplicationContextRunner()
            .withPropertyValues("spring.reactor.netty.shutdown-quiet-period=0s", "fdflux.loops=2")
            .withConfiguration(AutoConfigurations.of(
                    FdFluxAutoConfiguration.class,
                    R2dbcAutoConfiguration.class,
                    org.springframework.boot.r2dbc.autoconfigure.R2dbcAutoConfiguration.class));

    private final Log log = new Log();

    @AfterEach
    void closeLog() {
        log.close();
    }

    private ApplicationContextRunner application() {
        return context.withPropertyValues("spring.r2dbc.url=r2dbc:postgresql://%s@127.0.0.1:%d/%s"
                .formatted(PostgresServer.USER, SERVER.port(), PostgresServer.DATABASE));
    }

    private static void countRows(ApplicationContext started) {
        ConnectionFactory factory = started.getBean(ConnectionFactory.class);
        assertThat(Flux.usingWhen(
                                factory.create(),
                                connection -> Flux.from(connection
                                                .createStatement("select i from generate_series(1, " + ROWS + ") i")
                                                .execute())
                                        .flatMap(result -> result.map((row, metadata) -> row.get(0, Integer.class))),
                                Connection::close)
                        .limitRate(64)
                        .count()
                        .block(PATIENCE))
                .isEqualTo(ROWS);
    }

    @Test
    void queriesRunOnTheLoops() {
        application().run(started -> {
            FdLoops loops = started.getBean(FdLoops.class);
            countRows(started);
            assertThat(loops.total(Counter.BYTES_READ)).isGreaterThan(ROWS);
            assertThat(log.lines())
                    .containsExactly(
                            "fdflux: poller %s, 2 event loops for R2DBC, Reactor Netty".formatted(loops.pollerName()));
        });
    }

    @Test
    void r2dbcIsSwitchedOff() {
        application().withPropertyValues("fdflux.r2dbc.enabled=false").run(started -> {
            countRows(started);
            assertThat(started.getBean(FdLoops.class).total(Counter.BYTES_READ)).isZero();
            assertThat(log.lines()).noneMatch(line -> line.contains("R2DBC"));
        });
    }
}
