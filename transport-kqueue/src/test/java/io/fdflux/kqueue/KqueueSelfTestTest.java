package io.fdflux.kqueue;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.poller.Pollers;
import io.fdflux.spi.Poller;
import java.io.IOException;
import org.junit.jupiter.api.Test;

@NeedsKqueue
class KqueueSelfTestTest {

    @Test
    void kqueuePassesItsSelfTest() {
        assertThat(Pollers.unavailabilityCause("kqueue")).isEmpty();
        assertThat(Pollers.isAvailable("kqueue")).isTrue();
    }

    @Test
    void reportsItsMeans() throws IOException {
        try (Poller user = new KqueuePoller(WakerChoice.USER);
                Poller pipe = new KqueuePoller(WakerChoice.PIPE)) {
            assertThat(user.means())
                    .containsEntry("wake-up", "EVFILT_USER")
                    .containsKeys("report once", "struct kevent");
            assertThat(pipe.means()).containsEntry("wake-up", "pipe");
        }
    }
}
