package io.fdflux.testsuite.clients;

import io.fdflux.reactor.netty.ReactorLoops;
import io.fdflux.servers.PostgresServer;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Row;
import java.util.function.Function;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A pool of connections to a server for one test, disposed of after it. Register it behind the loops. */
final class Postgres implements AfterEachCallback {

    /** Of a result whose rows have about a hundred bytes each. */
    static final int ROWS = 200_000;

    private final PostgresServer server;
    private final ReactorLoops loops;
    private ConnectionPool pool;

    Postgres(PostgresServer server, ReactorLoops loops) {
        this.server = server;
        this.loops = loops;
    }

    /** Runs a query, because the driver keeps a buffer of its first one for good. */
    static void warmUp(PostgresServer server) {
        ReactorLoops loops = new ReactorLoops(1);
        Postgres postgres = new Postgres(server, loops);
        postgres.open(postgres.poolOf(1));
        postgres.backend();
        postgres.close();
        loops.close();
    }

    /** {@return what connects to the server on the loops under test} */
    PostgresqlConnectionConfiguration.Builder configuration() {
        return PostgresqlConnectionConfiguration.builder()
                .host("127.0.0.1")
                .port(server.port())
                .username(PostgresServer.USER)
                .database(PostgresServer.DATABASE)
                .loopResources(loops.resources());
    }

    ConnectionPoolConfiguration.Builder poolOf(int connections) {
        return poolOf(connections, configuration().build());
    }

    static ConnectionPoolConfiguration.Builder poolOf(
            int connections, PostgresqlConnectionConfiguration configuration) {
        return ConnectionPoolConfiguration.builder(new PostgresqlConnectionFactory(configuration))
                .initialSize(0)
                .maxSize(connections);
    }

    ConnectionPool open(ConnectionPoolConfiguration.Builder configuration) {
        pool = new ConnectionPool(configuration.build());
        return pool;
    }

    /** {@return the rows of a query on a pooled connection, which is returned at the end, error or cancel} */
    <T> Flux<T> query(String sql, Function<Row, T> map) {
        return Flux.usingWhen(
                pool.create(),
                connection -> Flux.from(connection.createStatement(sql).execute())
                        .concatMap(result -> result.map((row, metadata) -> map.apply(row)), 1),
                Connection::close);
    }

    Mono<Integer> number(String sql) {
        return query(sql, row -> row.get(0, Integer.class)).single();
    }

    /** {@return the process of the server that serves a pooled connection} */
    int backend() {
        return number("select pg_backend_pid()").block();
    }

    Flux<Integer> manyRows() {
        return rows(ROWS);
    }

    /** {@return the numbers from 0, each in a row of about a hundred bytes} */
    Flux<Integer> rows(int count) {
        return query(
                "select i, repeat('x', 80) from generate_series(0, " + (count - 1) + ") i",
                row -> row.get(0, Integer.class));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        close();
    }

    private void close() {
        if (pool != null) {
            pool.disposeLater().block();
        }
    }
}
