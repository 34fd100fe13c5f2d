package io.fdflux.poller;

import io.fdflux.spi.PollerProvider;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.ArrayList;
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
 * Finds the pollers that {@link ServiceLoader} knows, and chooses one. Any thread.
 *
 * <p>A poller is available if its provider says so and it passes a self-test on a pipe. The test runs once, when
 * availability is first asked for, and tries arm, event, count, end and wake-up. A poller that fails the test or cannot
 * be loaded is skipped for the next best, with a warning in the log.
 */
public final class Pollers {

    /** System property that names the default poller. */
    public static final String PROPERTY = "fdflux.poller";

    private static final Comparator<PollerProvider> BEST_FIRST =
            Comparator.comparingInt(PollerProvider::priority).reversed().thenComparing(PollerProvider::name);

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(Pollers.class);

    /** Failures that have been logged. */
    private static final Set<Throwable> LOGGED = ConcurrentHashMap.newKeySet();

    private static final class Found {
        static final List<PollerProvider> PROVIDERS = PollerDiscovery.find(Pollers.class.getClassLoader()).stream()
                .sorted(BEST_FIRST)
                .toList();
    }

    private Pollers() {}

    /**
     * Chooses a poller.
     *
     * @param name its name; null or empty for the poller named by {@value #PROPERTY}, or else the best available one
     * @return its provider
     * @throws PollerUnavailableException if the name is unknown, that poller cannot run here, or none can
     */
    public static PollerProvider select(String name) {
        return select(name == null || name.isBlank() ? System.getProperty(PROPERTY, "") : name, Found.PROVIDERS);
    }

    static PollerProvider select(String name, List<? extends PollerProvider> providers) {
        if (name.isBlank()) {
            return best(providers);
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

    /** Each start runs this, so it has no lambdas, whose classes are spun at their first use. */
    private static PollerProvider best(List<? extends PollerProvider> providers) {
        List<PollerProvider> bestFirst = new ArrayList<>(providers);
        bestFirst.sort(BEST_FIRST);
        for (int i = 0; i < bestFirst.size(); i++) {
            PollerProvider provider = bestFirst.get(i);
            if (provider.unavailabilityCause().isEmpty()) { // those behind it are not tested
                logFailures(bestFirst.subList(0, i), provider);
                return provider;
            }
        }
        throw unavailable("no poller can run here", providers, firstCause(providers));
    }

    /** Logs better pollers that failed their self-test. Pollers of other systems are not worth a line. */
    private static void logFailures(List<PollerProvider> better, PollerProvider chosen) {
        for (PollerProvider failed : better) {
            Throwable cause = failed.unavailabilityCause().orElse(null);
            if (cause instanceof PollerSelfTestException && LOGGED.add(cause)) {
                LOGGER.warn("Using the poller {}, because a better one failed: {}", chosen.name(), cause.getMessage());
            }
        }
    }

    /** {@return the cause of a poller that failed its self-test, or else the first cause} */
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

    /**
     * {@return the message of an exception, or else that of its cause, because a class that failed to initialise
     * has none}
     */
    static String reason(Throwable cause) {
        if (cause.getMessage() != null) {
            return cause.getMessage();
        }
        return cause.getCause() != null ? reason(cause.getCause()) : cause.toString();
    }

    /**
     * Lists the pollers and their availability.
     *
     * @return every poller's name, the best first, with the cause that keeps it from running here, if any
     */
    public static Map<String, Optional<Throwable>> availability() {
        Map<String, Optional<Throwable>> availability = new LinkedHashMap<>();
        Found.PROVIDERS.forEach(p -> availability.put(p.name(), p.unavailabilityCause()));
        return availability;
    }

    /**
     * Tests whether a poller can run here.
     *
     * @param name a key of {@link #availability()}
     * @return true if {@link #select} would return it
     */
    public static boolean isAvailable(String name) {
        return unavailabilityCause(name).isEmpty();
    }

    /**
     * Returns the cause that keeps a poller from running here: another system, an old kernel, or a failed self-test.
     *
     * @param name a key of {@link #availability()}
     * @return empty if it can run; a {@link PollerUnavailableException} if no poller has that name
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
     * Returns the duration of a poller's self-test, which includes linking the native functions.
     *
     * @param provider one of {@link #providers()}
     * @return nanoseconds; empty if the test has not run
     */
    public static OptionalLong selfTestNanos(PollerProvider provider) {
        return provider instanceof SelfTestedProvider tested ? tested.testNanos() : OptionalLong.empty();
    }
}
