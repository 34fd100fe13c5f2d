package io.fdflux.poller;

import static io.fdflux.poller.BrokenPoller.Fault.NONE;
import static io.fdflux.poller.BrokenPoller.Fault.NO_END;
import static io.fdflux.poller.BrokenPoller.Fault.WRONG_COUNT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.fdflux.poller.BrokenPoller.Fault;
import io.fdflux.poller.BrokenPoller.Provider;
import io.fdflux.spi.PollerProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

@Timeout(60)
class PollerSelfTestTest {

    private static final Duration PATIENCE = Duration.ofMillis(100);

    private static SelfTestedProvider provider(String name, int priority, Fault fault) {
        return new SelfTestedProvider(
                new Provider(name, priority, fault), tested -> PollerSelfTest.run(tested, PATIENCE));
    }

    @AfterEach
    void noSetting() {
        System.clearProperty(SelfTestedProvider.PROPERTY);
    }

    @Test
    void soundPollerIsAvailable() {
        SelfTestedProvider sound = provider("sound", 1, NONE);
        assertThat(sound.unavailabilityCause()).isEmpty();
        assertThat(sound.testNanos()).isPresent();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyFaultFallsBackToTheNextPollerAndIsReported(Fault fault) {
        List<SelfTestedProvider> providers = List.of(provider("best", 2, fault), provider("next", 1, NONE));
        assertThat(Pollers.select("", providers).name()).isEqualTo("next");
        assertThat(Pollers.unavailabilityCause("best", providers))
                .hasValueSatisfying(cause -> assertThat(cause)
                        .isInstanceOf(PollerSelfTestException.class)
                        .hasMessageStartingWith("self-test of best: ")
                        .hasMessageContaining(fault.told));
        assertThat(Pollers.unavailabilityCause("next", providers)).isEmpty();
    }

    @Test
    void fallingBackIsOneLineInTheLog() {
        Logger logger = (Logger) LoggerFactory.getLogger(Pollers.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.addAppender(lines);
        try {
            List<SelfTestedProvider> providers = List.of(provider("best", 2, NO_END), provider("next", 1, NONE));
            Pollers.select("", providers);
            Pollers.select("", providers);
        } finally {
            logger.detachAppender(lines);
        }
        assertThat(lines.list).singleElement().satisfies(line -> {
            assertThat(line.getLevel()).isEqualTo(Level.WARN);
            assertThat(line.getFormattedMessage())
                    .startsWith("Using the poller next, because a better one failed: self-test of best: that end is"
                            + " closed");
        });
    }

    @Test
    void failureOfTheOneThatShouldRunIsTheCause() {
        Foreign foreign = new Foreign(Optional.of(new UnsupportedOperationException("another system's")));
        assertThatThrownBy(() -> Pollers.select("", List.of(foreign, provider("only", 0, NO_END))))
                .isInstanceOf(PollerUnavailableException.class)
                .hasMessageContaining("no poller can run here; available: none")
                .hasMessageContaining("foreign (another system's), only (self-test of only: ")
                .hasCauseInstanceOf(PollerSelfTestException.class);
    }

    @Test
    void askedForByNameItFails() {
        List<SelfTestedProvider> providers = List.of(provider("best", 2, NO_END), provider("next", 1, NONE));
        assertThatThrownBy(() -> Pollers.select("best", providers))
                .isInstanceOf(PollerUnavailableException.class)
                .hasMessageContaining("the poller 'best' cannot run here; available: next")
                .hasMessageContaining("best (self-test of best: that end is closed: expected READABLE|HANGUP")
                .hasCauseInstanceOf(PollerSelfTestException.class);
    }

    @Test
    void whatWasThrownIsTheCausesCause() {
        assertThat(PollerSelfTest.run(new Provider("linked", 1, Fault.IS_NOT_LINKED), PATIENCE))
                .hasValueSatisfying(cause -> assertThat(cause).hasCauseInstanceOf(UnsatisfiedLinkError.class));
        assertThat(PollerSelfTest.run(new Provider("woken", 1, Fault.WAKEUP_FAILS), PATIENCE))
                .hasValueSatisfying(cause -> assertThat(cause).hasCauseInstanceOf(IllegalStateException.class));
    }

    @Test
    void runsOnceAndOnlyIfItIsItsTurn() {
        AtomicInteger tests = new AtomicInteger();
        SelfTestedProvider best = counted("best", 3, tests, Optional.of(new IllegalStateException("broken")));
        SelfTestedProvider next = counted("next", 2, tests, Optional.empty());
        SelfTestedProvider last = counted("last", 1, tests, Optional.empty());
        for (int i = 0; i < 3; i++) {
            assertThat(Pollers.select("", List.of(last, next, best))).isSameAs(next);
        }
        assertThat(tests).hasValue(2);
    }

    private static SelfTestedProvider counted(
            String name, int priority, AtomicInteger tests, Optional<Throwable> outcome) {
        return new SelfTestedProvider(new Provider(name, priority, NONE), tested -> {
            tests.incrementAndGet();
            return outcome;
        });
    }

    @Test
    void pollerThatCannotRunIsNotTested() {
        Throwable reason = new UnsupportedOperationException("another system's");
        SelfTestedProvider foreign = new SelfTestedProvider(new Foreign(Optional.of(reason)), tested -> {
            throw new AssertionError("not to be tested");
        });
        assertThat(foreign.unavailabilityCause()).containsSame(reason);
        assertThat(foreign.testNanos()).isEmpty();
    }

    @Test
    void providerThatThrowsIsNotAvailable() {
        assertThat(new SelfTestedProvider(new Foreign(null)).unavailabilityCause())
                .hasValueSatisfying(cause -> assertThat(cause).isInstanceOf(UnsatisfiedLinkError.class));
    }

    private record Foreign(Optional<Throwable> cause) implements PollerProvider {
        @Override
        public String name() {
            return "foreign";
        }

        @Override
        public int priority() {
            return 1;
        }

        @Override
        public Optional<Throwable> unavailabilityCause() {
            if (cause == null) {
                throw new UnsatisfiedLinkError("broken promise");
            }
            return cause;
        }

        @Override
        public io.fdflux.spi.Poller open() {
            throw new AssertionError("not to be opened");
        }
    }

    @Test
    void settingLeavesItOut() {
        System.setProperty(SelfTestedProvider.PROPERTY, "false");
        assertThat(provider("broken", 1, WRONG_COUNT).unavailabilityCause()).isEmpty();
    }

    @Test
    void unknownPollerIsNotAvailable() {
        assertThat(Pollers.unavailabilityCause("uring", List.of(provider("sound", 1, NONE))))
                .hasValueSatisfying(cause -> assertThat(cause)
                        .isInstanceOf(PollerUnavailableException.class)
                        .hasMessageContaining("no poller named 'uring'; available: sound"));
        assertThat(Pollers.isAvailable("uring")).isFalse();
    }

    @Test
    void interruptIsKeptForTheCaller() {
        Thread.currentThread().interrupt();
        assertThat(PollerSelfTest.run(new Provider("sound", 1, NONE))).isEmpty();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void everyPipeIsClosed() throws IOException {
        // Not the poller that hangs, because its thread keeps the pipes.
        PollerSelfTest.run(new Provider("warm", 1, NONE), PATIENCE);
        long before = openPipes();
        for (Fault fault : Fault.values()) {
            if (fault != Fault.HANGS_FOR_EVER) {
                PollerSelfTest.run(new Provider("closed", 1, fault), PATIENCE);
            }
        }
        await().untilAsserted(() -> assertThat(openPipes()).isEqualTo(before)); // the freed thread ends later
    }

    private static long openPipes() throws IOException {
        try (var links = Files.list(Path.of("/proc/self/fd"))) {
            return links.filter(PollerSelfTestTest::isPipe).count(); // class loading opens files at any time
        }
    }

    private static boolean isPipe(Path link) {
        try {
            return Files.readSymbolicLink(link).toString().startsWith("pipe:");
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }
}
