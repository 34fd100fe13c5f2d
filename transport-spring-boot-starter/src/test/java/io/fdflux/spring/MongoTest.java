package io.fdflux.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.MongoClientSettings;
import com.mongodb.connection.NettyTransportSettings;
import com.mongodb.connection.TransportSettings;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoCollection;
import io.fdflux.FdLoops;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.FdSocketChannel;
import io.fdflux.servers.MongoServer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.mongodb.autoconfigure.MongoReactiveAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** MongoDB's driver with the starter: on loops of its own, and off them by a property. */
class MongoTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int DOCUMENTS = 1_000;

    @RegisterExtension
    static final MongoServer SERVER = new MongoServer();

    private final ApplicationContextRunner context = new ApplicationContextRunner()
            .withPropertyValues("spring.reactor.netty.shutdown-quiet-period=0s", "fdflux.loops=1")
            .withConfiguration(AutoConfigurations.of(FdFluxAutoConfiguration.class, MongoAutoConfiguration.class));

    private final Log log = new Log();

    @AfterEach
    void closeLog() {
        log.close();
    }

    private static FdLoops clientLoops(ApplicationContext started) {
        return started.getBean(LoopsHolder.class).clientLoops("test");
    }

    private ApplicationContextRunner mongo() {
        return context.withPropertyValues("spring.mongodb.uri=mongodb://127.0.0.1:" + SERVER.port() + "/db")
                .withConfiguration(AutoConfigurations.of(MongoReactiveAutoConfiguration.class));
    }

    /** Stores documents and reads them. */
    private static void use(ApplicationContext started) {
        MongoCollection<Document> numbers = started.getBean(MongoClient.class)
                .getDatabase("db")
                .getCollection(UUID.randomUUID().toString());
        assertThat(Flux.range(0, DOCUMENTS)
                        .map(i -> new Document("_id", i))
                        .collectList()
                        .flatMap(documents -> Mono.from(numbers.insertMany(documents)))
                        .thenMany(Flux.from(numbers.find().batchSize(100)).limitRate(100))
                        .count()
                        .block(PATIENCE))
                .isEqualTo(DOCUMENTS);
    }

    @Test
    void mongoConnectsOnLoopsOfItsOwn() {
        mongo().run(started -> {
            use(started);
            assertThat(clientLoops(started).total(Counter.BYTES_READ)).isGreaterThan(DOCUMENTS);
            assertThat(log.lines()).singleElement().asString().endsWith(", 1 event loop for MongoDB");
            assertThat(threads("multiThreadIoEventLoopGroup"))
                    .as("Boot's NIO group")
                    .isEmpty();
        });
    }

    private static List<String> threads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith(prefix))
                .toList();
    }

    @Test
    void mongoIsSwitchedOff() {
        mongo().withPropertyValues("fdflux.mongodb.enabled=false").run(started -> {
            use(started);
            assertThat(started.getBean(MongoClientSettings.class).getTransportSettings())
                    .isNull();
            assertThat(log.lines()).noneMatch(line -> line.contains("MongoDB"));
        });
    }

    @Test
    void transportOfTheApplicationStaysAsItIs() {
        mongo().withUserConfiguration(OwnTransport.class)
                .run(started -> assertThat(
                                started.getBean(MongoClientSettings.class).getTransportSettings())
                        .isSameAs(OwnTransport.SETTINGS));
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnTransport {

        static final TransportSettings SETTINGS =
                TransportSettings.asyncBuilder().build();

        @Bean
        MongoClientSettings settings() {
            return MongoClientSettings.builder().transportSettings(SETTINGS).build();
        }
    }

    @Test
    void driverGetsTheChannelsOfTheLoops() {
        mongo().run(started -> {
            use(started);
            var transport = (NettyTransportSettings)
                    started.getBean(MongoClientSettings.class).getTransportSettings();
            assertThat(transport.getSocketChannelClass()).isEqualTo(FdSocketChannel.class);
            assertThat(transport.getEventLoopGroup())
                    .isSameAs(clientLoops(started).group());
        });
    }

    @Test
    void driverOfAnotherVersionIsLeftAlone() {
        mongo().withClassLoader(new FilteredClassLoader(NettyTransportSettings.Builder.class))
                .run(started -> {
                    use(started);
                    assertThat(started.getBean(MongoClientSettings.class).getTransportSettings())
                            .isNull();
                    assertThat(log.lines())
                            .contains("fdflux: this version of MongoDB's driver does not fit; 5.8, which Spring Boot"
                                    + " 4.1 manages, does. It stays on its own transport.");
                });
    }
}
