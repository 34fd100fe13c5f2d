package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.FdLoops;
import io.fdflux.descriptor.DescriptorCalls;
import io.fdflux.descriptor.Kernel;
import io.fdflux.poller.Pollers;
import io.fdflux.spi.Poller;
import io.fdflux.spi.PollerProvider;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The duration of a shutdown, and that unused loops stop immediately. */
@OnEveryPoller
class LoopPeriodsTest {

    /** A shutdown that waits this long exceeds the test's time-out. */
    private static final Duration FOR_EVER = Duration.ofSeconds(600);

    /** The poller under test, with a count of open pollers. */
    private static final class Counting implements PollerProvider {

        private final PollerProvider real = Pollers.select("");
        private final AtomicInteger opened = new AtomicInteger();

        @Override
        public String name() {
            return real.name();
        }

        @Override
        public Optional<Throwable> unavailabilityCause() {
            return real.unavailabilityCause();
        }

        @Override
        public int priority() {
            return real.priority();
        }

        @Override
        public Poller open() throws IOException {
            opened.incrementAndGet();
            return real.open();
        }
    }

    private final Counting pollers = new Counting();

    private FdLoops loops(String name) {
        return new Kernel(pollers, DescriptorCalls.posix())
                .under(FdLoops.builder().loops(3).name(name)::build);
    }

    private static boolean runs(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith(prefix));
    }

    @ParameterizedTest(name = "quiet period {0} ms within {1} ms")
    @CsvSource({
        "20000, 15000, PT20S or more",
        "1, 0, PT0.001S or more",
        "-1, 15000, negative",
        "0, -1, negative",
        "-2, -1, negative"
    })
    void periodsThatCannotBeAreRefusedAtOnce(long quietMillis, long timeoutMillis, String right) {
        Duration quiet = Duration.ofMillis(quietMillis);
        Duration timeout = Duration.ofMillis(timeoutMillis);
        try (FdLoops loops = loops("refusing")) {
            EventLoop loop = loops.group().next();
            loop.submit(() -> {}).syncUninterruptibly();
            assertThatThrownBy(() -> loops.close(quiet, timeout))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(quiet.toString())
                    .hasMessageContaining(timeout.toString())
                    .hasMessageContaining(right);
            assertThat(loop.submit(() -> 7).syncUninterruptibly().getNow()).isEqualTo(7);
        }
    }

    @Test
    void unusedLoopsOpenNothingAndEndAtOnce() throws InterruptedException {
        FdLoops loops = loops("unused");
        assertThat(loops.count()).isEqualTo(3);
        loops.close(FOR_EVER, FOR_EVER).sync();
        assertThat(pollers.opened).hasValue(0);
        assertThatThrownBy(() -> loops.group().next().execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        assertThat(loops.group().isTerminated()).isTrue();
        loops.close();
    }

    @Test
    void loopsThatNeverRanDoNotWaitForTheirQuietPeriod() throws InterruptedException {
        FdLoops loops = loops("idle");
        assertThat(loops.group()).hasSize(3);
        assertThat(pollers.opened).hasValue(3);
        assertThat(runs("idle-")).isFalse();
        loops.close(FOR_EVER, FOR_EVER).sync();
        assertThat(loops.group().isTerminated()).isTrue();
    }

    @Test
    void durationsOfAnyLengthAreTaken() throws InterruptedException {
        FdLoops loops = loops("long");
        loops.group().next().submit(() -> {}).sync();
        loops.close(Duration.ZERO, Duration.ofSeconds(Long.MAX_VALUE)).sync();
        assertThat(loops.group().isTerminated()).isTrue();
    }
}
