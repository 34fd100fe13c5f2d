package io.fdflux.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.fdflux.FdLoops;
import io.fdflux.LoopCounters.Counter;
import io.rsocket.RSocket;
import io.rsocket.core.RSocketConnector;
import io.rsocket.transport.netty.client.TcpClientTransport;
import io.rsocket.util.EmptyPayload;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.rsocket.autoconfigure.RSocketMessagingAutoConfiguration;
import org.springframework.boot.rsocket.autoconfigure.RSocketServerAutoConfiguration;
import org.springframework.boot.rsocket.autoconfigure.RSocketStrategiesAutoConfiguration;
import org.springframework.boot.rsocket.context.RSocketPortInfoApplicationContextInitializer;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cloud.gateway.config.HttpClientCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import reactor.netty.http.client.HttpClient;

/** Gateway and RSocket with the starter: on the loops, and off them by a property. */
class ReactorNettyClientsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String[] QUICK = {"spring.reactor.netty.shutdown-quiet-period=0s", "fdflux.loops=2"};

    private final ApplicationContextRunner context = new ApplicationContextRunner()
            .withPropertyValues(QUICK)
            .withConfiguration(AutoConfigurations.of(
                    FdFluxAutoConfiguration.class, GatewayAutoConfiguration.class, RSocketAutoConfiguration.class));

    private final Log log = new Log();

    @AfterEach
    void closeLog() {
        log.close();
    }

    // ---- Spring Cloud Gateway

    /** The backend and its client are the JDK's and Reactor Netty's own: only the gateway's client reads the body. */
    @Test
    void gatewayProxiesOnTheLoops() throws IOException {
        try (Proxied proxied = new Proxied()) {
            assertThat(proxied.get()).hasSize(Proxied.SIZE);
            assertThat(proxied.loops().total(Counter.BYTES_READ)).isGreaterThan(Proxied.SIZE);
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .endsWith("2 event loops for Reactor Netty, Spring Cloud Gateway");
        }
    }

    @Test
    void gatewayIsSwitchedOff() throws IOException {
        try (Proxied proxied = new Proxied("fdflux.gateway.enabled=false")) {
            assertThat(proxied.get()).hasSize(Proxied.SIZE);
            assertThat(proxied.loops().total(Counter.BYTES_READ)).isLessThan(Proxied.SIZE);
            assertThat(log.lines()).singleElement().asString().endsWith("2 event loops for Reactor Netty");
        }
    }

    @Test
    void gatewayOfAnotherVersionIsLeftAlone() {
        context.withClassLoader(new FilteredClassLoader(HttpClientCustomizer.class))
                .run(started -> {
                    assertThat(started).hasNotFailed().doesNotHaveBean(GatewayAutoConfiguration.class);
                    assertThat(log.lines())
                            .contains("fdflux: this version of Spring Cloud Gateway does not fit; 5.0 (Spring Cloud"
                                    + " 2025.1) does. It stays on its own transport.");
                });
    }

    /** A gateway before a backend of the JDK. */
    private static final class Proxied implements AutoCloseable {

        static final int SIZE = 1 << 20;

        private final HttpServer backend =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        private final ConfigurableApplicationContext gateway;

        Proxied(String... settings) throws IOException {
            backend.createContext("/body", exchange -> {
                exchange.sendResponseHeaders(200, SIZE);
                exchange.getResponseBody().write(new byte[SIZE]);
                exchange.close();
            });
            backend.start();
            System.setProperty(
                    LoggingSystem.SYSTEM_PROPERTY, LoggingSystem.NONE); // Boot's takes the test's appender away
            gateway = new SpringApplicationBuilder(Gateway.class)
                    .properties(QUICK)
                    .properties(Clients.NONE)
                    .properties(
                            "server.port=0",
                            "spring.cloud.gateway.server.webflux.enabled=true",
                            "spring.cloud.gateway.server.webflux.routes[0].id=backend",
                            "spring.cloud.gateway.server.webflux.routes[0].uri=http://127.0.0.1:"
                                    + backend.getAddress().getPort(),
                            "spring.cloud.gateway.server.webflux.routes[0].predicates[0]=Path=/body")
                    .properties(settings)
                    .run();
            System.clearProperty(LoggingSystem.SYSTEM_PROPERTY);
        }

        FdLoops loops() {
            return gateway.getBean(FdLoops.class);
        }

        byte[] get() {
            return HttpClient.create()
                    .get()
                    .uri("http://127.0.0.1:" + gateway.getEnvironment().getProperty("local.server.port") + "/body")
                    .responseContent()
                    .aggregate()
                    .asByteArray()
                    .block(PATIENCE);
        }

        @Override
        public void close() {
            gateway.close();
            backend.stop(0);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Gateway {}

    // ---- RSocket

    @Test
    void rSocketsServerListensOnTheLoops() {
        rSocket().run(started -> {
            assertThat(accepted(started)).isOne();
            assertThat(log.lines()).singleElement().asString().endsWith("2 event loops for RSocket, Reactor Netty");
        });
    }

    @Test
    void rSocketIsSwitchedOff() {
        rSocket().withPropertyValues("fdflux.rsocket.enabled=false").run(started -> {
            assertThat(accepted(started)).isZero();
            assertThat(log.lines()).noneMatch(line -> line.contains("RSocket"));
        });
    }

    private ApplicationContextRunner rSocket() {
        return context.withInitializer(new RSocketPortInfoApplicationContextInitializer())
                .withPropertyValues("spring.rsocket.server.port=0", "spring.rsocket.server.address=127.0.0.1")
                .withConfiguration(AutoConfigurations.of(
                        RSocketStrategiesAutoConfiguration.class,
                        RSocketMessagingAutoConfiguration.class,
                        RSocketServerAutoConfiguration.class));
    }

    /** {@return the connections that the loops have accepted, after one client has connected} */
    private static long accepted(ConfigurableApplicationContext started) {
        int port = started.getEnvironment().getRequiredProperty("local.rsocket.server.port", Integer.class);
        RSocket client = RSocketConnector.create()
                .connect(TcpClientTransport.create("127.0.0.1", port))
                .block(PATIENCE);
        client.fireAndForget(EmptyPayload.INSTANCE).block(PATIENCE);
        client.dispose();
        client.onClose().onErrorComplete().block(PATIENCE);
        return started.getBean(FdLoops.class).total(Counter.ACCEPTED);
    }
}
