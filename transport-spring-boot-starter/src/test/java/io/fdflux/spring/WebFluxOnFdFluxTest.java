package io.fdflux.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.FdLoops;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.reactor.netty.FdLoopResources;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** A whole application. The loops' counters prove that its bytes travel through the loops. */
class WebFluxOnFdFluxTest {

    private static final int SIZE = 1 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void bytesOfServerAndClientGoThroughTheLoops() {
        try (ConfigurableApplicationContext context = start()) {
            FdLoops loops = context.getBean(FdLoops.class);
            WebClient client = client(context);

            byte[] body = client.get()
                    .uri("/body")
                    .retrieve()
                    .bodyToMono(byte[].class)
                    .block(PATIENCE);

            assertThat(body).hasSize(SIZE);
            // Only the server writes the body's bytes, and only the client reads them. A send is counted behind the
            // call, when the client may have its bytes.
            await().untilAsserted(() ->
                    assertThat(loops.total(Counter.BYTES_WRITTEN)).as("server").isGreaterThan(SIZE));
            assertThat(loops.total(Counter.BYTES_READ)).as("client").isGreaterThan(SIZE);
            assertThat(loops.total(Counter.ACCEPTED)).isOne();
        }
    }

    @Test
    void handlersRunOnTheLoops() {
        try (ConfigurableApplicationContext context = start()) {
            String thread = client(context)
                    .get()
                    .uri("/thread")
                    .retrieve()
                    .bodyToMono(String.class)
                    .block(PATIENCE);

            assertThat(thread).startsWith("fdflux-http");
        }
    }

    @Test
    void gracefulShutdownLetsARequestEndBeforeTheLoopsClose() throws Exception {
        ConfigurableApplicationContext context = start("server.shutdown=graceful");
        FdLoopResources resources = context.getBean(FdLoopResources.class);
        // Not a WebClient of this application, which would close with it.
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(address(context) + "/late")).build();
        CompletableFuture<HttpResponse<String>> response =
                HttpClient.newHttpClient().sendAsync(request, BodyHandlers.ofString());
        context.getBean(Application.class).lateRequest.asMono().block(PATIENCE);

        context.close();

        assertThat(response.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).body()).isEqualTo("late");
        assertThat(resources.isDisposed()).isTrue();
    }

    /** With keep-alive connections on both sides. */
    @Test
    void anApplicationThatEndsInOrderLogsNoWarning() {
        ConfigurableApplicationContext context = start();
        try (Log log = Log.ofEverything()) {
            client(context)
                    .get()
                    .uri("/body")
                    .retrieve()
                    .bodyToMono(byte[].class)
                    .block(PATIENCE);
            context.close();
            assertThat(log.warnings()).isEmpty();
        }
    }

    private static ConfigurableApplicationContext start(String... settings) {
        SpringApplication application = new SpringApplicationBuilder(Application.class)
                .properties("server.port=0", "fdflux.loops=2", "spring.reactor.netty.shutdown-quiet-period=0s")
                .properties(Clients.NONE)
                .properties(settings)
                .build();
        return application.run();
    }

    private static WebClient client(ConfigurableApplicationContext context) {
        return context.getBean(WebClient.Builder.class)
                .baseUrl(address(context))
                .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(2 * SIZE))
                .build();
    }

    private static String address(ConfigurableApplicationContext context) {
        return "http://127.0.0.1:" + context.getEnvironment().getRequiredProperty("local.server.port");
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        final Sinks.Empty<Void> lateRequest = Sinks.empty();

        @Bean
        RouterFunction<ServerResponse> routes() {
            return RouterFunctions.route()
                    .GET("/body", request -> ServerResponse.ok().bodyValue(new byte[SIZE]))
                    .GET(
                            "/thread",
                            request -> ServerResponse.ok()
                                    .bodyValue(Thread.currentThread().getName()))
                    .GET("/late", request -> {
                        lateRequest.tryEmitEmpty();
                        return ServerResponse.ok()
                                .body(Mono.delay(Duration.ofMillis(500)).thenReturn("late"), String.class);
                    })
                    .build();
        }
    }
}
