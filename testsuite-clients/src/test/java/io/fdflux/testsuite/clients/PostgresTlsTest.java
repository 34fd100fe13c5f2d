package io.fdflux.testsuite.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.reactor.netty.ReactorLoops;
import io.fdflux.servers.PostgresServer;
import io.fdflux.test.BuffersReleased;
import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.client.SSLMode;
import io.r2dbc.spi.R2dbcException;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** PostgreSQL's protocol starts in plain text, and the driver puts TLS into the pipeline of the open connection. */
@OnEveryPoller
@ExtendWith(BuffersReleased.class)
class PostgresTlsTest {

    private static final int ROWS = 50_000;

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

    private PostgresqlConnectionConfiguration.Builder verifying() {
        return postgres.configuration().host("localhost").sslMode(SSLMode.VERIFY_FULL);
    }

    @Test
    void resultsComeEncryptedAndByDemand() {
        postgres.open(Postgres.poolOf(
                1, verifying().sslRootCert(SERVER.certificate().toString()).build()));
        assertThat(postgres.query(
                                "select ssl from pg_stat_ssl where pid = pg_backend_pid()",
                                row -> row.get(0, Boolean.class))
                        .single()
                        .block())
                .isTrue();
        Batches<Integer> rows = new Batches<>();
        postgres.rows(ROWS).limitRate(64).subscribe(rows);
        rows.request(64);
        await().until(() -> rows.count() == 64);
        loops.turn();
        long calls = loops.count(Counter.READ_CALLS);
        loops.turn();
        assertThat(loops.count(Counter.READ_CALLS)).as("reads without demand").isEqualTo(calls);
        rows.request(Long.MAX_VALUE);
        await().until(rows::isDisposed);
        assertThat(rows.count()).isEqualTo(ROWS);
    }

    @Test
    void aCertificateThatNobodyVouchesForIsRefused() {
        postgres.open(Postgres.poolOf(1, verifying().build()));
        assertThatThrownBy(() -> postgres.number("select 1").block())
                .isInstanceOf(R2dbcException.class)
                .hasRootCauseInstanceOf(Exception.class)
                .hasStackTraceContaining(SSLException.class.getPackageName());
    }
}
