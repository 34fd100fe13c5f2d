package io.fdflux.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.FdLoops;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.lettuce.FdRedisClient;
import io.fdflux.lettuce.FdRedisClusterClient;
import io.fdflux.reactor.netty.FdLoopResources;
import io.fdflux.servers.RedisSentinel;
import io.fdflux.servers.RedisServer;
import io.lettuce.core.DriverInfo;
import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.types.RedisClientInfo;

/** Redis with the starter: on loops of its own, and off them by a property. */
class RedisTest {

    @RegisterExtension
    @Order(1)
    static final RedisServer SERVER = new RedisServer();

    @RegisterExtension
    @Order(2)
    static final RedisSentinel SENTINEL = new RedisSentinel(SERVER);

    @RegisterExtension
    static final RedisServer CLUSTER = new RedisServer("--cluster-enabled", "yes");

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ApplicationContextRunner context = new ApplicationContextRunner()
            .withPropertyValues("spring.reactor.netty.shutdown-quiet-period=0s", "fdflux.loops=1")
            .withConfiguration(AutoConfigurations.of(FdFluxAutoConfiguration.class, RedisAutoConfiguration.class));

    private final Log log = new Log();

    @BeforeAll
    static void formCluster() throws IOException {
        CLUSTER.formCluster();
    }

    @AfterEach
    void closeLog() {
        log.close();
    }

    private static List<String> clientThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("fdflux-client"))
                .toList();
    }

    private static FdLoops clientLoops(ApplicationContext started) {
        return started.getBean(LoopsHolder.class).clientLoops("test");
    }

    private ApplicationContextRunner redis() {
        return context.withPropertyValues("spring.data.redis.host=127.0.0.1", "spring.data.redis.port=" + SERVER.port())
                .withConfiguration(AutoConfigurations.of(
                        DataRedisAutoConfiguration.class, DataRedisReactiveAutoConfiguration.class));
    }

    private static LettuceConnectionFactory factory(ApplicationContext started) {
        return started.getBean(LettuceConnectionFactory.class);
    }

    private static void setAndGet(ApplicationContext started) {
        StringRedisTemplate template = started.getBean(StringRedisTemplate.class);
        template.opsForValue().set("key", "value");
        assertThat(template.opsForValue().get("key")).isEqualTo("value");
    }

    @Test
    void redisConnectsOnLoopsOfItsOwn() {
        redis().run(started -> {
            assertThat(factory(started).getNativeClient()).isInstanceOf(FdRedisClient.class);
            setAndGet(started);
            assertThat(started.getBean(ReactiveStringRedisTemplate.class)
                            .opsForValue()
                            .get("key")
                            .block(PATIENCE))
                    .isEqualTo("value");
            assertThat(clientLoops(started).total(Counter.BYTES_WRITTEN)).isPositive();
            assertThat(started.getBean(FdLoops.class).total(Counter.BYTES_WRITTEN))
                    .isZero();
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .endsWith(", 1 event loop for Reactor Netty, 1 event loop for Redis");
            assertThat(clientThreads()).isNotEmpty();
        });
        Awaitility.await("the end of the loops")
                .untilAsserted(() -> assertThat(clientThreads()).isEmpty());
    }

    /**
     * As a handler of the web server does that uses Redis for the first time: Spring Data connects there, and waits.
     */
    @Test
    @Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD) // a loop that waits for itself does not close either
    void redisConnectsForACallerOnALoopOfTheServer() {
        redis().withPropertyValues("spring.data.redis.timeout=10s").run(started -> {
            StringRedisTemplate template = started.getBean(StringRedisTemplate.class);
            var value = started.getBean(FdLoopResources.class).onServer(true).submit(() -> {
                template.opsForValue().set("key", "from a loop");
                return template.opsForValue().get("key");
            });
            assertThat(value.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("from a loop");
        });
    }

    @Test
    void settingsOfTheConnectionReachTheServer() {
        redis().withPropertyValues("spring.data.redis.database=3", "spring.data.redis.client-name=somebody")
                .run(started -> {
                    List<RedisClientInfo> clients =
                            started.getBean(StringRedisTemplate.class).getClientList();
                    assertThat(clients).anySatisfy(client -> {
                        assertThat(client.getName()).isEqualTo("somebody");
                        assertThat(client.getDatabaseId()).isEqualTo(3);
                    });
                });
    }

    @Test
    void factoryOfVirtualThreadsIsReplacedToo() {
        redis().withPropertyValues("spring.threads.virtual.enabled=true").run(started -> {
            assertThat(factory(started)).isInstanceOf(LoopConnectionFactory.class);
            setAndGet(started);
        });
    }

    @Test
    void clusterIsOnTheLoops() {
        redis().withPropertyValues("spring.data.redis.cluster.nodes=127.0.0.1:" + CLUSTER.port())
                .run(started -> {
                    assertThat(factory(started).isClusterAware()).isTrue();
                    assertOnLoops(started, FdRedisClusterClient.class);
                });
    }

    @Test
    void masterThatASentinelNamesIsOnTheLoops() {
        redis().withPropertyValues(
                        "spring.data.redis.sentinel.master=" + RedisSentinel.MASTER,
                        "spring.data.redis.sentinel.nodes=127.0.0.1:" + SENTINEL.port())
                .run(started -> {
                    assertThat(factory(started).isRedisSentinelAware()).isTrue();
                    assertOnLoops(started, FdRedisClient.class);
                    assertThat(started.getBean(StringRedisTemplate.class).getClientList())
                            .as("clients of the master")
                            .isNotEmpty();
                });
    }

    @Test
    void masterAndReplicasAreOnTheLoops() {
        redis().withPropertyValues("spring.data.redis.masterreplica.nodes=127.0.0.1:" + SERVER.port())
                .run(started -> assertOnLoops(started, FdRedisClient.class));
    }

    private static void assertOnLoops(ApplicationContext started, Class<?> client) {
        assertThat(factory(started).getNativeClient()).isInstanceOf(client);
        long before = clientLoops(started).total(Counter.BYTES_READ);
        setAndGet(started);
        assertThat(clientLoops(started).total(Counter.BYTES_READ)).isGreaterThan(before);
    }

    @Test
    void redisIsSwitchedOff() {
        redis().withPropertyValues("fdflux.redis.enabled=false").run(started -> {
            assertThat(factory(started).getNativeClient()).isExactlyInstanceOf(RedisClient.class);
            setAndGet(started);
            assertThat(log.lines()).noneMatch(line -> line.contains("Redis"));
        });
    }

    @Test
    void factoryOfTheApplicationStaysAsItIs() {
        redis().withUserConfiguration(OwnFactory.class).run(started -> {
            assertThat(factory(started)).isExactlyInstanceOf(LettuceConnectionFactory.class);
            setAndGet(started);
            assertThat(log.lines()).noneMatch(line -> line.contains("Redis"));
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnFactory {

        @Bean
        LettuceConnectionFactory factory() {
            return new LettuceConnectionFactory("127.0.0.1", SERVER.port());
        }
    }

    @Test
    void lettuceOfAnotherVersionIsLeftAlone() {
        redis().withClassLoader(new FilteredClassLoader(DriverInfo.class)).run(started -> {
            assertThat(factory(started)).isExactlyInstanceOf(LettuceConnectionFactory.class);
            assertThat(log.lines())
                    .contains("fdflux: this version of Lettuce does not fit; 7.5, which Spring Boot 4.1 manages,"
                            + " does. It stays on its own transport.");
        });
    }
}
