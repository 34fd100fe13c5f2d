package io.fdflux.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.posix.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CountersTest {

    static IntStream ofTheLoop() {
        return IntStream.range(0, Counters.COUNT)
                .filter(counter -> counter != Counters.WAKEUPS_SENT && counter != Counters.WAKEUPS_SKIPPED);
    }

    @ParameterizedTest
    @MethodSource("ofTheLoop")
    void countsEachByItself(int counter) {
        Counters counters = new Counters();
        counters.add(counter, 2);
        counters.add(counter, 3);
        for (int any = 0; any < Counters.COUNT; any++) {
            assertThat(counters.get(any)).isEqualTo(any == counter ? 5 : 0);
        }
    }

    @Test
    void callsCountTheirBytes() {
        Counters counters = new Counters();
        counters.readCall(10);
        counters.readCall(0);
        counters.readCall(-Errno.EAGAIN);
        counters.writeCall(7);
        counters.writeCall(-Errno.EAGAIN);
        counters.writeCall(-Errno.EPIPE);
        assertThat(counters.get(Counters.READ_CALLS)).isEqualTo(3);
        assertThat(counters.get(Counters.BYTES_READ)).isEqualTo(10);
        assertThat(counters.get(Counters.READ_EAGAINS)).isZero();
        assertThat(counters.get(Counters.WRITE_CALLS)).isEqualTo(3);
        assertThat(counters.get(Counters.BYTES_WRITTEN)).isEqualTo(7);
        assertThat(counters.get(Counters.WRITE_EAGAINS)).isEqualTo(1);
    }

    @Test
    void wakeupsOfManyThreadsAreAllCounted() throws InterruptedException {
        Counters counters = new Counters();
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
        assertThat(counters.get(Counters.WAKEUPS_SENT)).isEqualTo(4_000);
        assertThat(counters.get(Counters.WAKEUPS_SKIPPED)).isEqualTo(4_000);
    }
}
