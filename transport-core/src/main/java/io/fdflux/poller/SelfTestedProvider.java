package io.fdflux.poller;

import io.fdflux.spi.Poller;
import io.fdflux.spi.PollerProvider;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * A provider whose poller has to pass the {@link PollerSelfTest} to be available. It runs when availability is first
 * asked for, unless the provider itself says that it cannot run here; what came of it is kept. Thread-safe.
 */
final class SelfTestedProvider implements PollerProvider {

    /** System property: {@code false} leaves the test out. */
    static final String PROPERTY = "fdflux.selftest";

    private final PollerProvider provider;
    private final String name;
    private final int priority;
    private final Function<PollerProvider, Optional<Throwable>> test;
    private Optional<Throwable> cause; // null until asked for
    private long nanos = -1;

    /** Asks for the name and the priority once: whatever that throws is thrown here. */
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
            return Optional.of(e); // it promised not to throw; a surprise of the platform is no reason to crash
        }
        long start = System.nanoTime();
        Optional<Throwable> failure = test.apply(provider);
        nanos = System.nanoTime() - start;
        return failure;
    }

    /** {@return how long the test took, linking what it was the first to call; empty if it did not run} */
    synchronized OptionalLong testNanos() {
        return nanos < 0 ? OptionalLong.empty() : OptionalLong.of(nanos);
    }

    @Override
    public Poller open() throws IOException {
        return provider.open();
    }
}
