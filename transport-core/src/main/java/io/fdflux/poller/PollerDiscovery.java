package io.fdflux.poller;

import io.fdflux.spi.Poller;
import io.fdflux.spi.PollerProvider;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Spliterator;

/**
 * Loads providers with {@link ServiceLoader}. A provider that cannot be loaded, created or named is listed under its
 * class name as unavailable, with the cause. It does not affect the others.
 */
final class PollerDiscovery {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(PollerDiscovery.class);

    /** ServiceLoader continues after an entry that fails to load; this limit ends a loader that does not. */
    private static final int MOST_FAILURES = 100;

    private static final int LAST = Integer.MIN_VALUE;

    /** Stands for a provider that failed to load. */
    private record Unloadable(String name, Throwable cause) implements PollerProvider {

        @Override
        public int priority() {
            return LAST;
        }

        @Override
        public Optional<Throwable> unavailabilityCause() {
            return Optional.of(cause);
        }

        @Override
        public Poller open() throws IOException {
            throw new IOException("the poller " + name + " could not be loaded", cause);
        }
    }

    private final List<PollerProvider> found = new ArrayList<>();
    private int failures;

    private PollerDiscovery() {}

    /** {@return the providers of a class loader, in its order} */
    static List<PollerProvider> find(ClassLoader loader) {
        PollerDiscovery discovery = new PollerDiscovery();
        var providers =
                ServiceLoader.load(PollerProvider.class, loader).stream().spliterator();
        while (discovery.failures < MOST_FAILURES && discovery.next(providers)) {}
        return List.copyOf(discovery.found);
    }

    private boolean next(Spliterator<ServiceLoader.Provider<PollerProvider>> providers) {
        try {
            return providers.tryAdvance(this::add);
        } catch (VirtualMachineError e) {
            throw e;
        } catch (RuntimeException | Error e) { // a missing class, or one compiled for a newer JVM
            failed("unknown-" + (failures + 1), e);
            return true;
        }
    }

    private void add(ServiceLoader.Provider<PollerProvider> provider) {
        try {
            found.add(new SelfTestedProvider(provider.get()));
        } catch (VirtualMachineError e) {
            throw e;
        } catch (RuntimeException | Error e) {
            failed(provider.type().getName(), e);
        }
    }

    private void failed(String name, Throwable cause) {
        failures++;
        found.add(new Unloadable(name, cause));
        LOGGER.warn("The poller {} cannot be loaded: {}", name, Pollers.reason(cause));
    }
}
