package io.fdflux.spring.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.FdLoops;
import io.fdflux.spring.BlockingTask;
import io.fdflux.spring.Clients;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** The management port answers while every loop of the web server is blocked. */
class ManagementLoopTest {

    @Test
    void theHealthOfStuckLoopsIsToldOnTheManagementPort() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
                        .properties(Clients.NONE)
                        .properties(
                                "server.port=0",
                                "management.server.port=0",
                                "management.endpoint.health.show-details=always",
                                "fdflux.loops=2",
                                "fdflux.health.stuck-after=20ms",
                                "spring.reactor.netty.shutdown-quiet-period=0s")
                        .run();
                HttpClient client = HttpClient.newHttpClient()) {
            URI health = URI.create("http://127.0.0.1:"
                    + context.getEnvironment().getRequiredProperty("local.management.port")
                    + "/actuator/health/fdflux");
            try {
                assertThat(get(client, health).statusCode()).isEqualTo(200);
                context.getBean(FdLoops.class).group().forEach(loop -> loop.execute(new BlockingTask(goOn)));
                await().untilAsserted(() -> {
                    HttpResponse<String> answer = get(client, health);
                    assertThat(answer.statusCode()).isEqualTo(503);
                    assertThat(answer.body()).contains("BlockingTask.run");
                });
            } finally {
                goOn.countDown();
            }
        }
    }

    private static HttpResponse<String> get(HttpClient client, URI uri) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(30)).build(), BodyHandlers.ofString());
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}
