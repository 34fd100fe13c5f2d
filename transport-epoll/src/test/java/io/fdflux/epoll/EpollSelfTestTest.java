package io.fdflux.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.poller.Pollers;
import io.fdflux.spi.Poller;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class EpollSelfTestTest {

    @Test
    void epollPassesItsSelfTest() {
        assertThat(Pollers.unavailabilityCause("epoll")).isEmpty();
        assertThat(Pollers.isAvailable("epoll")).isTrue();
        assertThat(Pollers.select("").name()).isEqualTo("epoll");
    }

    @Test
    void reportsItsMeans() throws IOException {
        try (Poller poller = new EpollPollerProvider().open()) {
            poller.poll(1, (token, readiness, available, errno) -> {});
            assertThat(poller.means())
                    .containsEntry("wake-up", "eventfd")
                    .hasEntrySatisfying("wait", wait -> assertThat(wait).isIn("epoll_pwait2", "epoll_wait"));
        }
    }
}
