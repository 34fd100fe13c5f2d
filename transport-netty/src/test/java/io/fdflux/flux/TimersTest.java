package io.fdflux.flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.FdLoops;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.TimerFlux;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import reactor.test.StepVerifier;

/** Tests {@link TimerFlux} by the machine's clocks, on each poller. Nothing is decided by how late a timer is. */
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class TimersTest {

    private FdLoops loops;

    @BeforeEach
    void openLoops() {
        loops = FdLoops.builder()
                .poller(System.getProperty("fdflux.poller", ""))
                .loops(1)
                .build();
    }

    @AfterEach
    void closeLoops() {
        loops.close();
    }

    @Test
    void ticksAreNeverEarlyAndCountTheMissedOnes() {
        long period = Duration.ofMillis(1).toNanos();
        long start = System.nanoTime();
        List<Long> counts = TimerFlux.every(loops, Duration.ofNanos(period))
                .take(20)
                .collectList()
                .block();
        long passed = (System.nanoTime() - start) / period;
        assertThat(counts).hasSize(20).allMatch(count -> count >= 1);
        assertThat(counts.stream().mapToLong(Long::longValue).sum()).isBetween(20L, passed);
    }

    @Test
    @DisplayName("invariant 6: a period that is always due leaves the loop to others, also to its close")
    void shortPeriodLeavesTheLoopToOthers() {
        TimerFlux.every(loops, Duration.ofNanos(1)).onErrorComplete().subscribe();
        for (int i = 0; i < 3; i++) {
            long polls = loops.total(Counter.WAIT_CALLS);
            await().until(() -> loops.total(Counter.WAIT_CALLS) > polls);
            assertThat(loops.group().submit(() -> {}).awaitUninterruptibly(10_000))
                    .isTrue();
        }
    }

    @Test
    void pointInTimeIsNotReportedEarly() {
        Instant then = Instant.now().plusMillis(50);
        StepVerifier.create(TimerFlux.at(loops, then))
                .assertNext(now -> assertThat(now).isAfterOrEqualTo(then))
                .verifyComplete();
        StepVerifier.create(TimerFlux.at(loops, Instant.EPOCH))
                .expectNextCount(1)
                .verifyComplete();
    }
}
