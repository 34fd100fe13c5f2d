package io.fdflux.examples.webflux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** With {@code fdflux.enabled=false}, the same application runs on Reactor Netty's own transport. */
class DefaultTransportTest {

    @Test
    void theApplicationDoesNotNeedFdflux() {
        try (Example example = new Example("fdflux.enabled=false")) {
            assertThat(example.get("/relay?bytes=100000").length()).isPositive();
            assertThat(example.client()
                            .get()
                            .uri("/stats")
                            .retrieve()
                            .bodyToFlux(String.class)
                            .blockFirst(Example.PATIENCE))
                    .contains("\"poller\":null");
        }
    }
}
