package io.fdflux.testsuite.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.MongoTimeoutException;
import com.mongodb.client.model.Updates;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.FdSocketChannel;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.servers.MongoServer;
import io.fdflux.test.BuffersReleased;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.net.ssl.SSLHandshakeException;
import org.bson.Document;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** MongoDB's reactive driver, by group and channel class: operations, demand, cancels, the pool, TLS. */
@OnEveryPoller
@ExtendWith(BuffersReleased.class)
class MongoTest {

    private static final int BATCH = 100;
    private static final int DOCUMENT_BYTES = 80;
    /** Far less than the whole result. */
    private static final long FEW_BYTES = 1 << 20;

    @RegisterExtension
    static final MongoServer SERVER = new MongoServer();

    @RegisterExtension
    final Loops loops = new Loops(2);

    @RegisterExtension
    final Mongo mongo = new Mongo(SERVER, loops);

    private final CountedCommands commands = new CountedCommands();

    @BeforeAll
    static void fill() {
        Mongo.fill(SERVER, Mongo.DOCUMENTS);
    }

    private void open(int poolSize) {
        mongo.open(mongo.settings()
                .addCommandListener(commands)
                .applyToConnectionPoolSettings(pool -> pool.maxSize(poolSize)));
    }

    @Test
    void operationsRunOnTheLoops() {
        open(1);
        Set<String> threads = ConcurrentHashMap.newKeySet();
        var users = mongo.collection("users");
        Document anna = new Document("_id", 1).append("name", "Anna");
        List<String> names = Mono.from(users.insertOne(anna))
                .then(Mono.from(users.insertOne(new Document("_id", 2).append("name", "Bert"))))
                .then(Mono.from(users.updateOne(anna, Updates.set("name", "Annabel"))))
                .then(Mono.from(users.deleteOne(new Document("_id", 2))))
                .thenMany(users.find())
                .map(user -> {
                    threads.add(Thread.currentThread().getName());
                    return user.getString("name");
                })
                .collectList()
                .block();
        assertThat(names).containsExactly("Annabel");
        assertThat(threads)
                .singleElement()
                .asString()
                .startsWith("test-" + loops.loops().pollerName());
        assertThat(Loops.channelsOf(loops.group())).containsExactly(FdSocketChannel.class);
        assertThat(loops.count(Counter.BYTES_READ)).isPositive();
    }

    /** The driver does not end reading: it asks the server for a batch when there is demand for it. */
    @Test
    void aLargeResultIsReadByDemandAndComesWhole() {
        open(1);
        mongo.one(0).block(); // connects
        long before = loops.count(Counter.BYTES_READ);
        PeakMemory peak = new PeakMemory();
        Batches<Integer> documents = new Batches<>();
        mongo.all(BATCH).doOnNext(document -> peak.sample()).subscribe(documents);
        for (int i = 1; i <= 20; i++) {
            int expected = i * BATCH;
            documents.request(BATCH);
            await().until(() -> documents.count() == expected);
            assertNoReads();
            assertThat(commands.started("getMore")).isLessThanOrEqualTo(i);
        }
        assertThat(loops.count(Counter.BYTES_READ) - before).isBetween(20L * BATCH * DOCUMENT_BYTES, FEW_BYTES);

        documents.request(Long.MAX_VALUE);
        await().until(documents::isDisposed);
        assertThat(documents.count()).isEqualTo(Mongo.DOCUMENTS);
        assertThat(loops.count(Counter.BYTES_READ) - before).isGreaterThan((long) Mongo.DOCUMENTS * DOCUMENT_BYTES);
        assertThat(peak.bytes()).isLessThan(FEW_BYTES);
    }

    private void assertNoReads() {
        loops.turn();
        long calls = loops.count(Counter.READ_CALLS);
        loops.turn();
        assertThat(loops.count(Counter.READ_CALLS)).isEqualTo(calls);
    }

    @Test
    void aCancelClosesItsCursorAndLeavesTheConnectionUsable() {
        open(1);
        for (int i = 1; i <= 10; i++) {
            int cancels = i;
            assertThat(mongo.all(BATCH).limitRate(BATCH).take(i * 150L).count().block())
                    .isEqualTo(i * 150L);
            await().until(() -> commands.succeeded("killCursors") == cancels);
            assertThat(mongo.one(i).block()).isEqualTo(i);
        }
        assertThat(mongo.connections()).isOne();
    }

    @Test
    void twoThousandQueriesAtOnceShareThePool() {
        open(20);
        List<Integer> answers =
                Flux.range(0, 2_000).flatMap(mongo::one, 2_000).collectList().block();
        assertThat(answers)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 2_000).boxed().toList());
        assertThat(mongo.connections()).isBetween(2, 20);
    }

    @Test
    void resultsComeEncryptedAndByDemand() throws IOException {
        mongo.open(mongo.tlsSettings(SERVER.certificate()));
        Batches<Integer> documents = new Batches<>();
        mongo.all(BATCH).subscribe(documents);
        for (int i = 1; i <= 100; i++) {
            int expected = i * BATCH;
            documents.request(BATCH);
            await().until(() -> documents.count() == expected);
        }
        assertNoReads();
        documents.cancel();
        assertThat(mongo.one(7).block()).isEqualTo(7);
    }

    /**
     * The driver does not wait for the handshake before it writes, from a thread of its own: a try whose write finds
     * the channel closed fails with that, on every transport (13 to 21 of 100 on one processor).
     */
    @Test
    void aCertificateThatNobodyVouchesForIsRefused() throws IOException {
        mongo.open(mongo.tlsSettings(null)
                .applyToClusterSettings(cluster -> cluster.serverSelectionTimeout(1, TimeUnit.SECONDS)));
        await().untilAsserted(() -> {
            StepVerifier.create(mongo.one(1)).verifyError(MongoTimeoutException.class);
            assertThat(mongo.failures())
                    .extracting(Throwable::getCause)
                    .hasAtLeastOneElementOfType(SSLHandshakeException.class);
        });
    }

    /** The server stands still while it holds the only connection. */
    @Test
    void aLongWaitForAConnectionFailsAndThePoolGoesOn() throws IOException {
        mongo.open(mongo.settings()
                .applyToConnectionPoolSettings(pool -> pool.maxSize(1).maxWaitTime(1, TimeUnit.SECONDS)));
        mongo.one(0).block();
        await().until(() -> mongo.connectionsInUse() == 0);
        CompletableFuture<Integer> held;
        SERVER.pause();
        try {
            held = mongo.one(1).toFuture();
            await().until(() -> mongo.connectionsInUse() == 1);
            StepVerifier.create(mongo.one(2)).verifyError(MongoTimeoutException.class);
        } finally {
            SERVER.resume();
        }
        assertThat(held.join()).isEqualTo(1);
        assertThat(mongo.one(2).block()).isEqualTo(2);
    }
}
