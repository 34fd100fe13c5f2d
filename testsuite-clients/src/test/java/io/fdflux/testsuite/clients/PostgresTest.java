package io.fdflux.testsuite.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.reactor.netty.ReactorLoops;
import io.fdflux.servers.PostgresServer;
import io.fdflux.test.BuffersReleased;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.R2dbcTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** r2dbc-postgresql and r2dbc-pool on a real server: results, demand, cancels, the pool. */
@OnEveryPoller
@ExtendWith(BuffersReleased.class)
class PostgresTest {

    private static final int BATCH = 64;
    private static final int ROW_BYTES = 100;
    /** Far less than the whole result, and more than is read for twenty batches. */
    private static final long FEW_BYTES = 4 << 20;

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
    void queriesRunOnTheLoops() {
        postgres.open(postgres.poolOf(1));
        Set<String> threads = ConcurrentHashMap.newKeySet();
        List<Integer> squares = postgres.query("select i * i from generate_series(1, 4) i", row -> {
                    threads.add(Thread.currentThread().getName());
                    return row.get(0, Integer.class);
                })
                .collectList()
                .block();
        assertThat(squares).containsExactly(1, 4, 9, 16);
        assertThat(threads)
                .singleElement()
                .asString()
                .startsWith("test-" + loops.loops().pollerName());
        assertThat(loops.count(Counter.BYTES_READ)).isPositive();
    }

    /** Invariant 1, with a driver in between that keeps a few rows. */
    @Test
    void aLargeResultIsReadByDemandAndComesWhole() {
        postgres.open(postgres.poolOf(1));
        postgres.backend(); // connects, and asks for what the driver wants to know
        long before = loops.count(Counter.BYTES_READ);
        Batches<Integer> rows = new Batches<>();
        PeakMemory peak = new PeakMemory();
        postgres.manyRows().limitRate(BATCH).doOnNext(row -> peak.sample()).subscribe(rows);
        for (int i = 1; i <= 20; i++) {
            int expected = i * BATCH;
            rows.request(BATCH);
            await().until(() -> rows.count() == expected);
            awaitNoMoreReads();
        }
        assertThat(loops.count(Counter.BYTES_READ) - before).isBetween(20L * BATCH * ROW_BYTES, FEW_BYTES);

        rows.request(Long.MAX_VALUE);
        await().until(rows::isDisposed);
        assertThat(rows.count()).isEqualTo(Postgres.ROWS);
        assertThat(loops.count(Counter.BYTES_READ) - before).isGreaterThan((long) Postgres.ROWS * ROW_BYTES);
        // Netty's decoder doubles the buffer in which it joins reads, while rows of an earlier one are held.
        assertThat(peak.bytes()).isLessThan((long) Postgres.ROWS * ROW_BYTES / 2);
    }

    /** The driver may ask for a little more when it has passed the last row on. */
    private void awaitNoMoreReads() {
        await().until(() -> {
            long calls = loops.count(Counter.READ_CALLS);
            for (int i = 0; i < 5; i++) {
                loops.turn();
            }
            return loops.count(Counter.READ_CALLS) == calls;
        });
    }

    @Test
    void aCancelledResultLeavesItsConnectionUsable() {
        postgres.open(postgres.poolOf(1));
        int backend = postgres.backend();
        for (int i = 1; i <= 10; i++) {
            assertThat(postgres.rows(20_000)
                            .limitRate(BATCH)
                            .take(i * 100L)
                            .count()
                            .block())
                    .isEqualTo(i * 100L);
            assertThat(postgres.backend()).as("the same connection").isEqualTo(backend);
        }
    }

    @Test
    void twoThousandQueriesAtOnceShareThePool() {
        ConnectionPool pool = postgres.open(postgres.poolOf(20));
        List<Integer> answers = Flux.range(0, 2_000)
                .flatMap(i -> postgres.number("select " + i), 2_000)
                .collectList()
                .block();
        assertThat(answers)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 2_000).boxed().toList());
        assertThat(pool.getMetrics().orElseThrow().allocatedSize()).isBetween(1, 20);
    }

    @Test
    void pipelinedQueriesShareTheWritesOfTheirConnection() {
        int pipelined = 200; // the driver's queue has 256 places
        List<Integer> answers = Flux.usingWhen(
                        postgres.open(postgres.poolOf(1)).create(),
                        connection ->
                                Flux.range(0, 2_000).flatMapSequential(i -> one(connection, "select " + i), pipelined),
                        Connection::close)
                .collectList()
                .block();
        assertThat(answers).isEqualTo(IntStream.range(0, 2_000).boxed().toList());
        assertThat(loops.count(Counter.WRITE_CALLS)).isLessThan(200);
    }

    private static Flux<Integer> one(Connection connection, String sql) {
        return Flux.from(connection.createStatement(sql).execute())
                .flatMap(result -> result.map((row, metadata) -> row.get(0, Integer.class)));
    }

    @Test
    void aLongWaitForAConnectionFailsAndThePoolGoesOn() {
        ConnectionPool pool = postgres.open(postgres.poolOf(1).initialSize(1).maxAcquireTime(Duration.ofSeconds(1)));
        pool.warmup().block();
        Connection held = pool.create().block();
        StepVerifier.create(postgres.number("select 1")).verifyError(R2dbcTimeoutException.class);
        Mono.from(held.close()).block();
        assertThat(postgres.number("select 1").block()).isEqualTo(1);
    }
}
