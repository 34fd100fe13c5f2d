package io.fdflux.lettuce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.FdLoops;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.FdChannelOption;
import io.fdflux.netty.FdDomainSocketChannel;
import io.fdflux.netty.FdSocketChannel;
import io.fdflux.netty.NothingLeaks;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.servers.RedisServer;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SocketOptions.KeepAliveOptions;
import io.lettuce.core.SocketOptions.TcpUserTimeoutOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.resolver.DefaultAddressResolverGroup;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A client of a real server: its transports, names, options and end. */
@OnEveryPoller
class RedisClientTest {

    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    private final AtomicReference<Channel> channel = new AtomicReference<>();
    private FdLoops loops;
    private ClientResources resources;

    @BeforeEach
    void open() {
        loops = FdLoops.builder().loops(2).name("loops-of-test").build();
        resources = resources(DefaultClientResources.builder());
    }

    @AfterEach
    void close() {
        end(resources);
        loops.close();
    }

    private ClientResources resources(DefaultClientResources.Builder builder) {
        return builder.nettyCustomizer(new NettyCustomizer() {
                    @Override
                    public void afterChannelInitialized(Channel made) {
                        channel.set(made);
                    }
                })
                .build();
    }

    private static void end(ClientResources resources) {
        resources.shutdown(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private FdRedisClient client(RedisURI uri) {
        return FdRedisClient.create(loops, resources, uri);
    }

    private static RedisURI tcp() {
        return RedisURI.create("127.0.0.1", SERVER.port());
    }

    private void setAndGet(RedisClient client) {
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            assertThat(connection.sync().set("key", "value")).isEqualTo("OK");
            assertThat(connection.sync().get("key")).isEqualTo("value");
        }
    }

    private static List<String> threads(String part) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.contains(part))
                .toList();
    }

    @Test
    void commandsTravelThroughTheLoops() {
        try (FdRedisClient client = client(tcp())) {
            setAndGet(client);
            assertThat(channel.get()).isInstanceOf(FdSocketChannel.class);
            assertThat(loops.total(Counter.BYTES_WRITTEN)).isPositive();
            assertThat(loops.total(Counter.BYTES_READ)).isPositive();
            assertThat(threads("EventLoop-")).as("loops of Lettuce").isEmpty();
        }
    }

    @Test
    void commandsTravelThroughTls() {
        try (FdRedisClient client = client(RedisURI.builder(RedisURI.create("127.0.0.1", SERVER.tlsPort()))
                .withSsl(true)
                .build())) {
            client.setOptions(ClientOptions.builder()
                    .sslOptions(SslOptions.builder()
                            .trustManager(SERVER.certificate().toFile())
                            .build())
                    .build());
            setAndGet(client);
        }
    }

    /** Lettuce itself refuses one here, because Netty's native transports are absent. */
    @Test
    void unixDomainSocketNeedsNoNativeTransportOfNetty() {
        try (FdRedisClient client =
                client(RedisURI.Builder.socket(SERVER.unixSocket().toString()).build())) {
            setAndGet(client);
            assertThat(channel.get()).isInstanceOf(FdDomainSocketChannel.class);
        }
    }

    @Test
    void namesAreResolvedOnTheLoops() throws Exception {
        try (NameServer names = new NameServer()) {
            loops.group();
            int before = NothingLeaks.descriptors();
            ClientLoops local =
                    new ClientLoops(loops, false, new SingletonDnsServerAddressStreamProvider(names.address()));
            try (FdRedisClient client =
                    new FdRedisClient(local, resources, RedisURI.create("redis.example.org", SERVER.port()))) {
                setAndGet(client);
                assertThat(names.queries()).isPositive();
            }
            await("end of the resolvers' sockets, while the loops live on")
                    .untilAsserted(() -> assertThat(NothingLeaks.descriptors()).isLessThanOrEqualTo(before));
        }
    }

    @Test
    void localhostNeedsNoNameServer() {
        try (FdRedisClient client = client(RedisURI.create("localhost", SERVER.port()))) {
            setAndGet(client);
        }
    }

    /** The JDK's resolver would not find the name, and is asked all the same. */
    @Test
    void resolversOfTheResourcesArePreferred() throws Exception {
        ClientResources others =
                resources(DefaultClientResources.builder().addressResolverGroup(DefaultAddressResolverGroup.INSTANCE));
        try (NameServer names = new NameServer()) {
            ClientLoops local =
                    new ClientLoops(loops, false, new SingletonDnsServerAddressStreamProvider(names.address()));
            try (FdRedisClient client = new FdRedisClient(local, others, RedisURI.create("localhost", SERVER.port()))) {
                setAndGet(client);
                assertThat(channel.get()).isNotNull();
                assertThat(names.queries()).isZero();
            }
        } finally {
            end(others);
        }
    }

    @Test
    @EnabledOnOs(
            value = OS.LINUX,
            disabledReason = "TCP_USER_TIMEOUT is Linux's, and the times of keep-alive have limits")
    void socketOptionsReachTheSocket() {
        try (FdRedisClient client = client(tcp())) {
            client.setOptions(ClientOptions.builder()
                    .socketOptions(SocketOptions.builder()
                            .connectTimeout(Duration.ofSeconds(7))
                            .tcpNoDelay(true)
                            .keepAlive(KeepAliveOptions.builder()
                                    .enable()
                                    .idle(Duration.ofSeconds(61))
                                    .interval(Duration.ofSeconds(31))
                                    .count(5)
                                    .build())
                            .tcpUserTimeout(TcpUserTimeoutOptions.builder()
                                    .enable()
                                    .tcpUserTimeout(Duration.ofSeconds(21))
                                    .build())
                            .build())
                    .build());
            setAndGet(client);
            try (StatefulRedisConnection<String, String> connection = client.connect()) {
                assertThat(connection.sync().ping()).isEqualTo("PONG");
                assertThat(option(ChannelOption.CONNECT_TIMEOUT_MILLIS)).isEqualTo(7_000);
                assertThat(option(ChannelOption.TCP_NODELAY)).isTrue();
                assertThat(option(ChannelOption.SO_KEEPALIVE)).isTrue();
                assertThat(option(FdChannelOption.TCP_KEEPIDLE)).isEqualTo(61);
                assertThat(option(FdChannelOption.TCP_KEEPINTVL)).isEqualTo(31);
                assertThat(option(FdChannelOption.TCP_KEEPCNT)).isEqualTo(5);
                assertThat(option(FdChannelOption.TCP_USER_TIMEOUT)).isEqualTo(21_000);
            }
        }
    }

    private <T> T option(ChannelOption<T> option) {
        return channel.get().config().getOption(option);
    }

    @Test
    void clientReconnectsOnTheLoopsAfterTheServerWasKilled() throws Exception {
        try (FdRedisClient client = client(tcp());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            assertThat(connection.sync().ping()).isEqualTo("PONG");
            Channel first = channel.get();
            SERVER.kill();
            first.closeFuture().syncUninterruptibly();
            SERVER.start();
            assertThat(connection.sync().set("key", "again")).isEqualTo("OK");
            assertThat(channel.get()).isInstanceOf(FdSocketChannel.class).isNotSameAs(first);
        }
    }

    @Test
    void loopsThatWereGivenOutliveTheClient() {
        FdRedisClient client = client(tcp());
        setAndGet(client);
        client.shutdown();
        client.shutdown();
        assertThat(loops.group().isShuttingDown()).isFalse();
        assertThat(loops.group().submit(() -> 7).syncUninterruptibly().getNow()).isEqualTo(7);
    }

    @Test
    void loopsOfItsOwnEndWithTheClient() {
        FdRedisClient client = FdRedisClient.create("redis://127.0.0.1:" + SERVER.port());
        setAndGet(client);
        assertThat(threads("fdflux-redis")).isNotEmpty();
        client.shutdown();
        await("end of the threads")
                .untilAsserted(() -> assertThat(threads("fdflux-redis")).isEmpty());
    }

    @Test
    void clientWithoutUriConnectsToGivenOnes() {
        try (FdRedisClient client = FdRedisClient.create(resources);
                StatefulRedisConnection<String, String> connection = client.connect(tcp())) {
            assertThat(connection.sync().ping()).isEqualTo("PONG");
            assertThat(channel.get()).isInstanceOf(FdSocketChannel.class);
        }
    }
}
