package io.fdflux;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.posix.Errno;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LoopCountersTest {

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"WAKEUPS_SENT", "WAKEUPS_SKIPPED"})
    void countsEachByItself(Counter counter) {
        LoopCounters counters = new LoopCounters();
        counters.add(counter, 2);
        counters.add(counter, 3);
        for (Counter any : Counter.values()) {
            assertThat(counters.get(any)).as(any.key()).isEqualTo(any == counter ? 5 : 0);
        }
    }

    @Test
    void callsCountTheirBytes() {
        LoopCounters counters = new LoopCounters();
        counters.readCall(10);
        counters.readCall(0);
        counters.readCall(-Errno.EAGAIN);
        counters.writeCall(7);
        counters.writeCall(-Errno.EAGAIN);
        counters.writeCall(-Errno.EPIPE);
        assertThat(counters.asMap())
                .containsEntry("readCalls", 3L)
                .containsEntry("bytesRead", 10L)
                .containsEntry("readEagains", 0L)
                .containsEntry("writeCalls", 3L)
                .containsEntry("bytesWritten", 7L)
                .containsEntry("writeEagains", 1L);
    }

    @Test
    void mapHasEveryCounterByItsCamelCaseName() {
        assertThat(new LoopCounters().asMap())
                .hasSize(Counter.values().length)
                .containsKeys(
                        "readAttempts",
                        "readEagains",
                        "arms",
                        "disarms",
                        "waitCalls",
                        "events",
                        "unwantedEvents",
                        "wakeupsSent",
                        "wakeupsSkipped",
                        "accepted",
                        "acceptErrors");
    }

    @Test
    void whatHasHappenedIsSeenInALog() {
        LoopCounters counters = new LoopCounters();
        assertThat(counters).hasToString("{}");
        counters.readCall(7);
        counters.accepted();
        assertThat(counters).hasToString("{readCalls=1, bytesRead=7, accepted=1}");
    }

    @Test
    void wakeupsOfManyThreadsAreAllCounted() throws InterruptedException {
        LoopCounters counters = new LoopCounters();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 1_000; i++) {
                    counters.wakeupSent();
                    counters.wakeupSkipped();
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(counters.get(Counter.WAKEUPS_SENT)).isEqualTo(4_000);
        assertThat(counters.get(Counter.WAKEUPS_SKIPPED)).isEqualTo(4_000);
    }
}
