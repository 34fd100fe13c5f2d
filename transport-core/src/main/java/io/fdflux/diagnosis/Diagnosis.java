package io.fdflux.diagnosis;

import io.fdflux.poller.PollerUnavailableException;
import io.fdflux.poller.Pollers;
import io.fdflux.posix.ffi.NativeReport;
import io.fdflux.posix.platform.Platform;
import io.fdflux.spi.Poller;
import io.fdflux.spi.PollerProvider;
import io.netty.util.Version;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;

/**
 * Reports the facts that matter in a bug report: the system, the chosen poller, the reasons against the others, and the
 * linked native functions. It contains no names of users, hosts or addresses, but all system properties that begin with
 * {@code fdflux.}.
 *
 * <p>{@link #main} prints it. Immutable.
 */
public final class Diagnosis {

    private static final String SETTINGS = "fdflux.";
    /** Functions of newer kernels and C libraries, which older systems lack. */
    private static final List<String> OPTIONAL_FUNCTIONS = List.of("accept4", "epoll_pwait2", "eventfd", "pidfd_open");

    private static final String USAGE = "usage: java -cp ... " + Diagnosis.class.getName() + " [--json]";

    private final Map<String, Object> facts = new LinkedHashMap<>();

    private Diagnosis() {
        section("versions", Diagnosis::versions);
        section("system", Diagnosis::system);
        section("java", Diagnosis::java);
        section("poller", Diagnosis::chosen);
        section("pollers", Diagnosis::pollers);
        section("optional functions", Diagnosis::optionalFunctions);
        section("symbols", Diagnosis::symbols);
        section("settings", Diagnosis::settings);
    }

    /**
     * Collects the facts: tests every poller that is untested so far, and links the necessary functions. Any thread; it
     * may take half a second.
     *
     * @return the facts
     */
    public static Diagnosis run() {
        return new Diagnosis();
    }

    /** {@return the facts as lines for people} */
    public String toText() {
        return FactsWriter.text(facts);
    }

    /** {@return the same facts as a JSON object} */
    public String toJson() {
        return FactsWriter.json(facts);
    }

    /** {@return the facts: strings, numbers, booleans, and maps of them} */
    public Map<String, Object> facts() {
        return Collections.unmodifiableMap(facts);
    }

    @Override
    public String toString() {
        return toText();
    }

    /**
     * Prints the diagnosis to the standard output.
     *
     * @param arguments none for text, {@code --json} for JSON
     */
    public static void main(String[] arguments) {
        List<String> options = List.of(arguments);
        if (!options.isEmpty() && !options.equals(List.of("--json"))) {
            System.err.println(USAGE);
            System.exit(2);
        }
        PrintStream out = System.out;
        System.setOut(System.err); // keeps log output out of the result
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        Diagnosis diagnosis = run();
        out.writeBytes((options.isEmpty() ? diagnosis.toText() : diagnosis.toJson()).getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /** Adds a section, or its failure, which must not end the rest. */
    private void section(String heading, Supplier<Map<String, Object>> section) {
        try {
            facts.put(heading, section.get());
        } catch (RuntimeException | LinkageError e) {
            facts.put(heading, Map.of("failed", chain(e)));
        }
    }

    private static Map<String, Object> versions() {
        Map<String, Object> versions = new LinkedHashMap<>();
        versions.put("fdflux", ownVersion());
        Version netty = Version.identify(Version.class.getClassLoader()).get("netty-common");
        versions.put("netty", netty == null ? "unknown" : netty.artifactVersion());
        String reactor = Flux.class.getPackage().getImplementationVersion();
        versions.put("reactor-core", reactor == null ? "unknown" : reactor);
        return versions;
    }

    private static String ownVersion() {
        try (InputStream in = Diagnosis.class.getResourceAsStream("version.properties")) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return properties.getProperty("version", "unknown");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Object> system() {
        Map<String, Object> system = new LinkedHashMap<>();
        system.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        system.put("architecture", System.getProperty("os.arch"));
        system.put("processors", Runtime.getRuntime().availableProcessors());
        try {
            system.put("tables", Platform.current().toString());
        } catch (IllegalStateException e) {
            system.put("tables", "none: " + e.getMessage());
        }
        return system;
    }

    private static Map<String, Object> java() {
        Map<String, Object> java = new LinkedHashMap<>();
        java.put("version", Runtime.version().toString());
        java.put("vendor", System.getProperty("java.vendor"));
        java.put("vm", System.getProperty("java.vm.name"));
        java.put("native access granted", NativeReport.nativeAccessEnabled());
        return java;
    }

    private static Map<String, Object> chosen() {
        Map<String, Object> chosen = new LinkedHashMap<>();
        try {
            chosen.put("chosen", Pollers.select(null).name());
        } catch (PollerUnavailableException e) {
            chosen.put("chosen", "none");
            chosen.put("cause", e.getMessage());
        }
        return chosen;
    }

    private static Map<String, Object> pollers() {
        Map<String, Object> pollers = new LinkedHashMap<>();
        Pollers.providers().forEach(provider -> pollers.put(provider.name(), poller(provider)));
        return pollers;
    }

    private static Map<String, Object> poller(PollerProvider provider) {
        Map<String, Object> poller = new LinkedHashMap<>();
        var cause = provider.unavailabilityCause();
        poller.put("available", cause.isEmpty());
        cause.ifPresent(c -> poller.put("cause", chain(c)));
        Pollers.selfTestNanos(provider)
                .ifPresent(nanos -> poller.put("self-test microseconds", TimeUnit.NANOSECONDS.toMicros(nanos)));
        if (cause.isEmpty()) {
            poller.put("means", means(provider));
        }
        return poller;
    }

    private static Map<String, String> means(PollerProvider provider) {
        try (Poller opened = provider.open()) {
            opened.poll(1, (token, readiness, available, errno) -> {});
            return new TreeMap<>(opened.means());
        } catch (IOException | RuntimeException | LinkageError e) {
            return Map.of("failed", chain(e));
        }
    }

    private static Map<String, Object> optionalFunctions() {
        Map<String, Object> found = new LinkedHashMap<>();
        NativeReport.functions().stream()
                .filter(f -> OPTIONAL_FUNCTIONS.contains(f.name()))
                .forEach(f -> found.put(f.name(), f.found() ? "found" : "missing"));
        return found;
    }

    private static Map<String, Object> symbols() {
        Map<String, Object> symbols = new LinkedHashMap<>();
        NativeReport.functions().forEach(f -> {
            Map<String, Object> symbol = new LinkedHashMap<>();
            symbol.put("symbol", f.symbol());
            symbol.put("found", f.found());
            f.library().ifPresent(library -> symbol.put("library", library));
            symbols.put(f.name(), symbol);
        });
        return symbols;
    }

    private static Map<String, Object> settings() {
        Map<String, Object> settings = new TreeMap<>();
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith(SETTINGS))
                .forEach(name -> settings.put(name, System.getProperty(name)));
        return settings;
    }

    private static String chain(Throwable cause) {
        String text = cause.toString();
        return cause.getCause() == null ? text : text + "; caused by " + chain(cause.getCause());
    }
}
