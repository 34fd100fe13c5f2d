package io.fdflux.poller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.FdLoops;
import io.fdflux.spi.Poller;
import io.fdflux.spi.PollerProvider;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PollersTest {

    private record Provider(String name, int priority, Optional<Throwable> unavailabilityCause)
            implements PollerProvider {
        static Provider available(String name, int priority) {
            return new Provider(name, priority, Optional.empty());
        }

        static Provider unavailable(String name, int priority, String why) {
            return new Provider(name, priority, Optional.of(new UnsupportedOperationException(why)));
        }

        @Override
        public Poller open() {
            throw new AssertionError("choosing opens nothing");
        }
    }

    private static final Provider FAST = Provider.available("fast", 100);
    private static final Provider SLOW = Provider.available("slow", 1);
    private static final Provider ABSENT = Provider.unavailable("absent", 200, "the kernel is too old");

    @Test
    void theBestAvailableIsTheDefault() {
        assertThat(Pollers.select("", List.of(SLOW, ABSENT, FAST))).isSameAs(FAST);
        assertThat(Pollers.select("  ", List.of(SLOW, ABSENT))).isSameAs(SLOW);
    }

    @Test
    void aNameOverridesThePriority() {
        assertThat(Pollers.select("slow", List.of(FAST, SLOW))).isSameAs(SLOW);
    }

    @Test
    void unknownNameListsThoseThatAreAvailable() {
        assertThatThrownBy(() -> Pollers.select("uring", List.of(FAST, SLOW, ABSENT)))
                .isInstanceOf(PollerUnavailableException.class)
                .hasMessageContaining("no poller named 'uring'")
                .hasMessageContaining("available: fast, slow")
                .hasMessageContaining("not available here: absent (the kernel is too old)");
    }

    @Test
    void unavailableNameHasItsCause() {
        assertThatThrownBy(() -> Pollers.select("absent", List.of(FAST, ABSENT)))
                .isInstanceOf(PollerUnavailableException.class)
                .hasMessageContaining("the poller 'absent' cannot run here")
                .hasMessageContaining("available: fast")
                .hasMessageContaining("absent (the kernel is too old)")
                .hasRootCauseMessage("the kernel is too old");
    }

    @Test
    void noneAvailableHasTheFirstCause() {
        assertThatThrownBy(() -> Pollers.select("", List.of(ABSENT)))
                .isInstanceOf(PollerUnavailableException.class)
                .hasMessageContaining("no poller can run here")
                .hasMessageContaining("available: none")
                .hasCause(ABSENT.unavailabilityCause().orElseThrow());
    }

    @Test
    void noneAtAllAsksForTheJar() {
        assertThatThrownBy(() -> Pollers.select("epoll", List.of()))
                .isInstanceOf(PollerUnavailableException.class)
                .hasMessageContaining("is a poller's jar on the class path?");
    }

    @Test
    void loopsWithoutThreadsAreRefused() {
        assertThatThrownBy(() -> FdLoops.builder().loops(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not 0");
    }
}
