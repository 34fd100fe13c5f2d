package io.fdflux.testsuite.clients;

import com.mongodb.MongoClientSettings;
import com.mongodb.ServerAddress;
import com.mongodb.connection.NettyTransportSettings;
import com.mongodb.connection.TransportSettings;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import com.mongodb.reactivestreams.client.MongoCollection;
import io.fdflux.netty.FdSocketChannel;
import io.fdflux.netty.Loops;
import io.fdflux.servers.MongoServer;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.codecs.DocumentCodec;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A client of a server for one test, closed after it. Register it behind the loops. */
final class Mongo implements AfterEachCallback {

    /** Each has about a hundred bytes. */
    static final int DOCUMENTS = 200_000;

    private static final int INSERTED_AT_ONCE = 10_000;
    private static final String DATABASE = "test";
    private static final String NUMBERS = "numbers";
    private static final String TEXT = "x".repeat(60);

    private final MongoServer server;
    private final Loops loops;
    private final MongoBackground background = new MongoBackground();
    private MongoClient client;

    Mongo(MongoServer server, Loops loops) {
        this.server = server;
        this.loops = loops;
    }

    /** Stores the numbers from 0, which makes the driver's buffers of its first use, too. */
    static void fill(MongoServer server, int documents) {
        Loops loops = new Loops(1);
        Mongo mongo = new Mongo(server, loops);
        mongo.open(mongo.settings());
        mongo.insert(documents);
        mongo.close();
        loops.close();
    }

    private void insert(int documents) {
        Flux.range(0, documents)
                // The driver writes a document piece by piece, and leak detection records each piece; this is
                // one piece.
                .map(i -> new RawBsonDocument(new Document("_id", i).append("text", TEXT), new DocumentCodec()))
                .buffer(INSERTED_AT_ONCE)
                .concatMap(numbers().withDocumentClass(RawBsonDocument.class)::insertMany)
                .blockLast();
    }

    /**
     * {@return what connects to the server on the loops under test} The driver asks for the server's state once, and
     * again after errors: what else is read is by queries.
     */
    MongoClientSettings.Builder settings() {
        return settings(server.port(), transport());
    }

    /** {@return the same over TLS, with trust in a certificate; null for those that the JDK trusts} */
    MongoClientSettings.Builder tlsSettings(Path trusted) throws SSLException {
        SslContextBuilder tls = SslContextBuilder.forClient();
        if (trusted != null) {
            tls.trustManager(trusted.toFile());
        }
        return settings(server.tlsPort(), transport().sslContext(tls.build()))
                .applyToSslSettings(ssl -> ssl.enabled(true));
    }

    private NettyTransportSettings.Builder transport() {
        return TransportSettings.nettyBuilder().eventLoopGroup(loops.group()).socketChannelClass(FdSocketChannel.class);
    }

    private static MongoClientSettings.Builder settings(int port, NettyTransportSettings.Builder transport) {
        return MongoClientSettings.builder()
                .applyToClusterSettings(cluster -> cluster.hosts(List.of(new ServerAddress("127.0.0.1", port))))
                .applyToServerSettings(state ->
                        state.heartbeatFrequency(1, TimeUnit.HOURS).minHeartbeatFrequency(10, TimeUnit.MILLISECONDS))
                .applyToConnectionPoolSettings(pool -> pool.maxSize(10))
                .retryReads(false)
                .transportSettings(transport.build());
    }

    void open(MongoClientSettings.Builder settings) {
        client = MongoClients.create(settings.applyToServerSettings(
                        state -> state.addServerListener(background).addServerMonitorListener(background))
                .applyToConnectionPoolSettings(pool -> pool.addConnectionPoolListener(background))
                .build());
    }

    /** {@return the connections that the client's pool has ever made} */
    int connections() {
        return background.connections();
    }

    /** {@return the connections that queries have now} */
    int connectionsInUse() {
        return background.connectionsInUse();
    }

    /** {@return why the server did not tell its state, an error for each try} */
    Collection<Throwable> failures() {
        return background.failures();
    }

    MongoCollection<Document> collection(String name) {
        return client.getDatabase(DATABASE).getCollection(name);
    }

    MongoCollection<Document> numbers() {
        return collection(NUMBERS);
    }

    /** {@return the numbers, which are fetched as many at once as given} */
    Flux<Integer> all(int batch) {
        return Flux.from(numbers().find().batchSize(batch)).map(Mongo::number);
    }

    Mono<Integer> one(int number) {
        return Mono.from(numbers().find(new Document("_id", number))).map(Mongo::number);
    }

    private static int number(Document document) {
        return document.getInteger("_id");
    }

    @Override
    public void afterEach(ExtensionContext context) {
        close();
    }

    private void close() {
        if (client != null) {
            background.awaitQuiet();
            client.close();
        }
    }
}
