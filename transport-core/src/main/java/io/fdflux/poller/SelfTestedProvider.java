package io.fdflux.poller;

import io.fdflux.spi.Poller;
import io.fdflux.spi.PollerProvider;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * A provider whose poller is available only if it passes the {@link PollerSelfTest}. The test runs when availability is
 * first asked for, unless the provider itself declines. Its result is cached. Thread-safe.
 */
final class SelfTestedProvider implements PollerProvider {

    /** System property: {@code false} skips the test. */
    static final String PROPERTY = "fdflux.selftest";

    private final PollerProvider provider;
    private final String name;
    private final int priority;
    private final Function<PollerProvider, Optional<Throwable>> test;
    private Optional<Throwable> cause; // null before the first call
    private long nanos = -1;

    /** Reads the name and the priority once; exceptions of these calls pass through. */
    SelfTestedProvider(PollerProvider provider) {
        this(provider, PollerSelfTest::run);
    }

    SelfTestedProvider(PollerProvider provider, Function<PollerProvider, Optional<Throwable>> test) {
        this.provider = provider;
        this.name = Objects.requireNonNull(provider.name(), "a poller's name");
        this.priority = provider.priority();
        this.test = test;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int priority() {
        return priority;
    }

    @Override
    public synchronized Optional<Throwable> unavailabilityCause() {
        if (cause == null) {
            cause = findCause();
        }
        return cause;
    }

    private Optional<Throwable> findCause() {
        try {
            Optional<Throwable> own = provider.unavailabilityCause();
            if (own.isPresent() || System.getProperty(PROPERTY, "").equalsIgnoreCase("false")) {
                return own;
            }
        } catch (RuntimeException | LinkageError | AssertionError e) {
            return Optional.of(e); // an unforeseen platform must not end the application
        }
        long start = System.nanoTime();
        Optional<Throwable> failure = test.apply(provider);
        nanos = System.nanoTime() - start;
        return failure;
    }

    /** {@return nanoseconds of the test, which includes linking native functions; empty if it did not run} */
    synchronized OptionalLong testNanos() {
        return nanos < 0 ? OptionalLong.empty() : OptionalLong.of(nanos);
    }

    @Override
    public Poller open() throws IOException {
        return provider.open();
    }
}
