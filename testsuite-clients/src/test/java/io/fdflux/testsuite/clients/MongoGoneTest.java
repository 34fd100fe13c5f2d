package io.fdflux.testsuite.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.mongodb.MongoException;
import com.mongodb.MongoTimeoutException;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.servers.MongoServer;
import io.fdflux.test.BuffersReleased;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** MongoDB's server is killed under its clients, and started again, without its documents. */
@OnEveryPoller
@ExtendWith(BuffersReleased.class)
class MongoGoneTest {

    private static final int FEW = 1_000;
    private static final int BATCH = 10;

    @RegisterExtension
    static final MongoServer SERVER = new MongoServer();

    @RegisterExtension
    final Loops loops = new Loops(2);

    @RegisterExtension
    final Mongo mongo = new Mongo(SERVER, loops);

    @RegisterExtension
    final Mongo latecomer = new Mongo(SERVER, loops);

    @BeforeAll
    static void fill() {
        Mongo.fill(SERVER, FEW);
    }

    @Test
    void queriesFailWhileTheServerIsDownAndRunAgainAfterIt() throws IOException {
        mongo.open(mongo.settings());
        Flux.range(0, 10).flatMap(mongo::one, 10).blockLast(); // some idle connections
        Batches<Integer> cursor = new Batches<>();
        mongo.all(BATCH).subscribe(cursor);
        cursor.request(BATCH);
        await().until(() -> cursor.count() == BATCH);
        SERVER.pause(); // so that the query is under way when the server dies
        CompletableFuture<Integer> running = mongo.one(1).toFuture();

        SERVER.kill();
        assertThatThrownBy(running::join).hasCauseInstanceOf(MongoException.class);
        cursor.request(Long.MAX_VALUE);
        await().until(() -> cursor.failure() != null);
        assertThat(cursor.failure()).isInstanceOf(MongoException.class);
        latecomer.open(latecomer
                .settings()
                .applyToClusterSettings(cluster -> cluster.serverSelectionTimeout(500, TimeUnit.MILLISECONDS)));
        assertThatThrownBy(() -> latecomer.one(2).block()).isInstanceOf(MongoTimeoutException.class);

        SERVER.start();
        await().until(() -> Mono.from(mongo.numbers().insertOne(new Document("_id", -1)))
                .onErrorComplete()
                .blockOptional()
                .isPresent());
        assertThat(Flux.range(0, 100).flatMap(i -> mongo.one(-1), 100).count().block())
                .isEqualTo(100);
        await().until(() -> latecomer.one(-1).onErrorComplete().blockOptional().isPresent());
    }
}
