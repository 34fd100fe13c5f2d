package io.fdflux;

import io.fdflux.spi.PollerProvider;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Finds pollers: those that {@link ServiceLoader} knows. Any thread. */
public final class Pollers {

    /** System property that names the poller to use where nothing else does. */
    public static final String PROPERTY = "fdflux.poller";

    private static final Comparator<PollerProvider> BEST_FIRST =
            Comparator.comparingInt(PollerProvider::priority).reversed().thenComparing(PollerProvider::name);

    private static final class Found {
        static final List<PollerProvider> PROVIDERS =
                ServiceLoader.load(PollerProvider.class, Pollers.class.getClassLoader()).stream()
                        .map(ServiceLoader.Provider::get)
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

    static PollerProvider select(String name, List<PollerProvider> providers) {
        if (name.isBlank()) {
            return providers.stream()
                    .filter(p -> p.unavailabilityCause().isEmpty())
                    .min(BEST_FIRST)
                    .orElseThrow(() -> unavailable("no poller can run here", providers, firstCause(providers)));
        }
        PollerProvider provider = providers.stream()
                .filter(p -> p.name().equals(name))
                .findFirst()
                .orElseThrow(() -> unavailable("there is no poller named '" + name + "'", providers, null));
        provider.unavailabilityCause().ifPresent(cause -> {
            throw unavailable("the poller '" + name + "' cannot run here", providers, cause);
        });
        return provider;
    }

    private static Throwable firstCause(List<PollerProvider> providers) {
        return providers.stream()
                .map(PollerProvider::unavailabilityCause)
                .flatMap(Optional::stream)
                .findFirst()
                .orElse(null);
    }

    private static PollerUnavailableException unavailable(
            String what, List<PollerProvider> providers, Throwable cause) {
        String available = providers.stream()
                .filter(p -> p.unavailabilityCause().isEmpty())
                .map(PollerProvider::name)
                .collect(Collectors.joining(", "));
        String unavailable = providers.stream()
                .flatMap(p -> p.unavailabilityCause().map(c -> p.name() + " (" + c.getMessage() + ")").stream())
                .collect(Collectors.joining(", "));
        return new PollerUnavailableException(
                what + "; available: " + (available.isEmpty() ? "none" : available)
                        + (unavailable.isEmpty() ? "" : "; not available here: " + unavailable)
                        + (providers.isEmpty() ? " (is a poller's jar on the class path?)" : ""),
                cause);
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
}
