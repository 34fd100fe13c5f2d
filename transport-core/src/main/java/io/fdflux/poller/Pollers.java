package io.fdflux.poller;

import io.fdflux.spi.PollerProvider;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Finds pollers: those that {@link ServiceLoader} knows. Any thread.
 *
 * <p>A poller is available if its provider says so and it then does on a pipe what it promises: arm, event, count, end
 * and wake-up are tried once, when availability is first asked for. One that fails is passed over for the next best,
 * with a line in the log. So is one that cannot even be loaded.
 */
public final class Pollers {

    /** System property that names the poller to use where nothing else does. */
    public static final String PROPERTY = "fdflux.poller";

    private static final Comparator<PollerProvider> BEST_FIRST =
            Comparator.comparingInt(PollerProvider::priority).reversed().thenComparing(PollerProvider::name);

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(Pollers.class);

    /** Failures that the log has told. */
    private static final Set<Throwable> TOLD = ConcurrentHashMap.newKeySet();

    private static final class Found {
        static final List<PollerProvider> PROVIDERS = PollerDiscovery.find(Pollers.class.getClassLoader()).stream()
                .sorted(BEST_FIRST)
                .toList();
    }

    private Pollers() {}

    /**
     * Chooses a poller.
     *
     * @param name its name; null or empty for the one that {@value #PROPERTY} names, or else the best that can run here
     * @return its provider
     * @throws PollerUnavailableException if the name is not known, that poller cannot run here, or none can
     */
    public static PollerProvider select(String name) {
        return select(name == null || name.isBlank() ? System.getProperty(PROPERTY, "") : name, Found.PROVIDERS);
    }

    static PollerProvider select(String name, List<? extends PollerProvider> providers) {
        if (name.isBlank()) {
            PollerProvider best = providers.stream()
                    .sorted(BEST_FIRST) // those behind the first that can run are not asked, hence not tested
                    .filter(p -> p.unavailabilityCause().isEmpty())
                    .findFirst()
                    .orElseThrow(() -> unavailable("no poller can run here", providers, firstCause(providers)));
            tellOfFailures(best, providers);
            return best;
        }
        PollerProvider provider = providers.stream()
                .filter(p -> p.name().equals(name))
                .findFirst()
                .orElseThrow(() -> unknown(name, providers));
        provider.unavailabilityCause().ifPresent(cause -> {
            throw unavailable("the poller '" + name + "' cannot run here", providers, cause);
        });
        return provider;
    }

    /** That a better poller belongs to another system is no news; that it failed its test is. */
    private static void tellOfFailures(PollerProvider chosen, List<? extends PollerProvider> providers) {
        providers.stream()
                .filter(p -> BEST_FIRST.compare(p, chosen) < 0)
                .flatMap(p -> p.unavailabilityCause().stream())
                .filter(cause -> cause instanceof PollerSelfTestException && TOLD.add(cause))
                .forEach(cause -> LOGGER.warn(
                        "Using the poller {}, for a better one failed: {}", chosen.name(), cause.getMessage()));
    }

    /** The failure of one that should run here, or else the first. */
    private static Throwable firstCause(List<? extends PollerProvider> providers) {
        List<Throwable> causes = providers.stream()
                .map(PollerProvider::unavailabilityCause)
                .flatMap(Optional::stream)
                .toList();
        return causes.stream()
                .filter(PollerSelfTestException.class::isInstance)
                .findFirst()
                .orElse(causes.isEmpty() ? null : causes.getFirst());
    }

    private static PollerUnavailableException unavailable(
            String what, List<? extends PollerProvider> providers, Throwable cause) {
        String available = providers.stream()
                .filter(p -> p.unavailabilityCause().isEmpty())
                .map(PollerProvider::name)
                .collect(Collectors.joining(", "));
        String unavailable = providers.stream()
                .flatMap(p -> p.unavailabilityCause().map(c -> p.name() + " (" + reason(c) + ")").stream())
                .collect(Collectors.joining(", "));
        return new PollerUnavailableException(
                what + "; available: " + (available.isEmpty() ? "none" : available)
                        + (unavailable.isEmpty() ? "" : "; not available here: " + unavailable)
                        + (providers.isEmpty() ? " (is a poller's jar on the class path?)" : ""),
                cause);
    }

    /** {@return what a cause says, or else its own cause: a class that was not initialised says nothing} */
    static String reason(Throwable cause) {
        if (cause.getMessage() != null) {
            return cause.getMessage();
        }
        return cause.getCause() != null ? reason(cause.getCause()) : cause.toString();
    }

    /**
     * What can run here.
     *
     * @return every poller's name, the best first, with the cause that keeps it from running here, if any
     */
    public static Map<String, Optional<Throwable>> availability() {
        Map<String, Optional<Throwable>> availability = new LinkedHashMap<>();
        Found.PROVIDERS.forEach(p -> availability.put(p.name(), p.unavailabilityCause()));
        return availability;
    }

    /**
     * Whether a poller can run here.
     *
     * @param name as {@link #availability()} lists it
     * @return true if {@link #select} would return it
     */
    public static boolean isAvailable(String name) {
        return unavailabilityCause(name).isEmpty();
    }

    /**
     * Why a poller cannot run here: another system, a kernel too old, or what its self-test expected and what came.
     *
     * @param name as {@link #availability()} lists it
     * @return empty if it can; a {@link PollerUnavailableException} if there is none of that name
     */
    public static Optional<Throwable> unavailabilityCause(String name) {
        return unavailabilityCause(name, Found.PROVIDERS);
    }

    static Optional<Throwable> unavailabilityCause(String name, List<? extends PollerProvider> providers) {
        return providers.stream()
                .filter(p -> p.name().equals(name))
                .findFirst()
                .map(PollerProvider::unavailabilityCause)
                .orElseGet(() -> Optional.of(unknown(name, providers)));
    }

    private static PollerUnavailableException unknown(String name, List<? extends PollerProvider> providers) {
        return unavailable("there is no poller named '" + name + "'", providers, null);
    }

    /** {@return all pollers on the class path, the best first, available or not} */
    public static List<PollerProvider> providers() {
        return Found.PROVIDERS;
    }

    /**
     * How long the self-test of a poller took, linking the native functions included.
     *
     * @param provider one of {@link #providers()}
     * @return nanoseconds; empty if the test has not run
     */
    public static OptionalLong selfTestNanos(PollerProvider provider) {
        return provider instanceof SelfTestedProvider tested ? tested.testNanos() : OptionalLong.empty();
    }
}
