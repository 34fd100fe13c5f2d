package io.fdflux.spring.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.FdLoops;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.spring.Clients;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Endpoint, health and meters of a whole application, as curl sees them. */
class FdFluxEndpointTest {

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    private static ConfigurableApplicationContext start(String... settings) {
        return new SpringApplicationBuilder(Application.class)
                .properties(Clients.NONE)
                .properties(
                        "server.port=0",
                        "fdflux.loops=2",
                        "spring.reactor.netty.shutdown-quiet-period=0s",
                        "management.endpoint.health.show-details=always")
                .properties(settings)
                .run();
    }

    private static HttpResponse<String> get(ConfigurableApplicationContext context, String path) throws Exception {
        String port = context.getEnvironment().getRequiredProperty("local.server.port");
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator" + path))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, BodyHandlers.ofString());
        }
    }

    private static JsonNode json(ConfigurableApplicationContext context, String path) throws Exception {
        HttpResponse<String> response = get(context, path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JsonMapper.shared().readTree(response.body());
    }

    @Test
    void allPartsAreThere() throws Exception {
        try (ConfigurableApplicationContext context = start("management.endpoints.web.exposure.include=*")) {
            FdLoops loops = context.getBean(FdLoops.class);
            JsonNode all = json(context, "/fdflux");
            assertThat(all.propertyNames()).containsExactly("loops", "counters", "diagnosis");

            JsonNode group = json(context, "/fdflux/loops").get(0);
            assertThat(group.get("group").asString()).isEqualTo("fdflux-http");
            assertThat(group.get("poller").asString()).isEqualTo(loops.pollerName());
            JsonNode views = group.get("loops");
            assertThat(views.size()).isEqualTo(2);
            assertThat(views.get(0).get("index").asInt()).isZero();
            assertThat(views.toString()).contains("\"thread\":\"fdflux-http", "\"state\":\"WAITING\"");

            JsonNode counters = json(context, "/fdflux/counters").get(0);
            assertThat(counters.get("loops").size()).isEqualTo(2);
            assertThat(counters.get("total").get("accepted").asLong())
                    .isPositive()
                    .isLessThanOrEqualTo(loops.total(Counter.ACCEPTED));

            JsonNode diagnosis = json(context, "/fdflux/diagnosis");
            assertThat(diagnosis.get("poller").get("chosen").asString()).isEqualTo(loops.pollerName());
            assertThat(get(context, "/fdflux/nonsense").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void healthAndMetersAreThereToo() throws Exception {
        try (ConfigurableApplicationContext context = start("management.endpoints.web.exposure.include=*")) {
            JsonNode health = json(context, "/health/fdflux");
            assertThat(health.get("status").asString()).isEqualTo("UP");
            assertThat(health.get("details").get("loops").asInt()).isEqualTo(2);
            JsonNode accepted = json(context, "/metrics/fdflux.loop.accepts?tag=result:accepted");
            assertThat(accepted.get("measurements").get(0).get("value").asDouble())
                    .isPositive();
        }
    }

    @Test
    void itIsNotExposedUnlessAskedFor() throws Exception {
        try (ConfigurableApplicationContext context = start()) {
            assertThat(context.getBeansOfType(FdFluxEndpoint.class)).isEmpty();
            assertThat(get(context, "/fdflux").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void accessCanBeDenied() throws Exception {
        try (ConfigurableApplicationContext context =
                start("management.endpoints.web.exposure.include=*", "management.endpoint.fdflux.access=none")) {
            assertThat(get(context, "/fdflux").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void withoutLoopsTheDiagnosisIsThere() throws Exception {
        try (ConfigurableApplicationContext context =
                start("management.endpoints.web.exposure.include=*", "fdflux.enabled=false")) {
            JsonNode all = json(context, "/fdflux");
            assertThat(all.get("loops").size()).isZero();
            assertThat(all.get("diagnosis").has("pollers")).isTrue();
        }
    }
}
