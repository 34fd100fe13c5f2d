package io.fdflux.testsuite.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fdflux.netty.OnEveryPoller;
import io.fdflux.reactor.netty.ReactorLoops;
import io.fdflux.servers.PostgresServer;
import io.fdflux.test.BuffersReleased;
import io.r2dbc.spi.R2dbcException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;

/** PostgreSQL is killed under its clients, and started again. */
@OnEveryPoller
@ExtendWith(BuffersReleased.class)
class PostgresGoneTest {

    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(2);

    @RegisterExtension
    final Postgres postgres = new Postgres(SERVER, loops);

    @BeforeAll
    static void warmUp() {
        Postgres.warmUp(SERVER);
    }

    @Test
    void queriesFailWhileTheServerIsDownAndRunAgainAfterIt() throws IOException {
        postgres.open(postgres.poolOf(10).acquireRetry(10)); // each idle connection fails one attempt
        Flux.range(0, 10).flatMap(i -> postgres.number("select " + i), 10).blockLast(); // some idle connections
        CompletableFuture<Integer> running =
                postgres.number("select 1 from pg_sleep(100)").toFuture();
        await().until(() -> sleeping() == 1);

        SERVER.kill();
        assertThatThrownBy(running::join).hasCauseInstanceOf(R2dbcException.class);
        assertThatThrownBy(() -> postgres.number("select 2").block()).isInstanceOf(R2dbcException.class);

        SERVER.start();
        assertThat(Flux.range(0, 100)
                        .flatMap(i -> postgres.number("select " + i), 100)
                        .count()
                        .block())
                .isEqualTo(100);
    }

    private int sleeping() {
        return postgres.number("select count(*)::int from pg_stat_activity where wait_event = 'PgSleep'")
                .block();
    }
}
