package io.fdflux.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Checks that the jar contains the metadata by which editors complete the settings. */
class ConfigurationMetadataTest {

    @Test
    void everySettingIsDescribed() throws IOException {
        List<String> described = new ArrayList<>();
        for (JsonNode property : metadata().get("properties")) {
            described.add(property.get("name").asString());
            assertThat(property.path("description").asString()).isNotBlank();
        }
        assertThat(described)
                .containsExactlyInAnyOrder(
                        "fdflux.enabled",
                        "fdflux.poller",
                        "fdflux.loops",
                        "fdflux.busy-poll",
                        "fdflux.workers",
                        "fdflux.gateway.enabled",
                        "fdflux.mongodb.enabled",
                        "fdflux.r2dbc.enabled",
                        "fdflux.redis.enabled",
                        "fdflux.rsocket.enabled",
                        "fdflux.page.enabled",
                        "fdflux.page.path",
                        "fdflux.health.stuck-after",
                        "fdflux.metrics.enabled",
                        "fdflux.metrics.times",
                        "management.endpoint.fdflux.access",
                        "management.endpoint.fdflux.cache.time-to-live",
                        "management.health.fdflux.enabled");
    }

    @Test
    void pollersAreSuggested() throws IOException {
        assertThat(metadata().get("hints").toString()).contains("epoll", "kqueue");
    }

    private static JsonNode metadata() throws IOException {
        Class<?> origin = FdFluxProperties.class;
        try (InputStream json = origin.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            // Every jar of Spring Boot has this file; ours comes first on the test's class path.
            JsonNode metadata = JsonMapper.shared().readTree(json);
            assertThat(metadata.get("groups").get(0).get("name").asString()).isEqualTo("fdflux");
            return metadata;
        }
    }
}
