package io.fdflux.poller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.spi.Poller;
import io.fdflux.spi.PollerProvider;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Invariant 16: a provider that cannot be loaded affects no other. */
class PollerDiscoveryTest {

    private static final int CLASS_FILE_OF_JAVA_200 = 244;

    /** A provider that works, unless a subclass makes it fail. */
    public static class Sound implements PollerProvider {
        /** Called by ServiceLoader. */
        public Sound() {}

        @Override
        public String name() {
            return "sound";
        }

        @Override
        public int priority() {
            return 1;
        }

        @Override
        public Optional<Throwable> unavailabilityCause() {
            return Optional.of(new UnsupportedOperationException("only a name"));
        }

        @Override
        public Poller open() {
            throw new AssertionError("nobody opens it");
        }
    }

    /** A provider that cannot be created. */
    public static final class ThrowsInConstructor extends Sound {
        /** Called by ServiceLoader. */
        public ThrowsInConstructor() {
            throw new IllegalStateException("constructor");
        }
    }

    /** A provider that cannot be initialised. */
    public static final class ThrowsInInitializer extends Sound {
        static final int VALUE = Integer.parseInt("no number");
    }

    /** A provider whose name throws. */
    public static final class ThrowsInName extends Sound {
        @Override
        public String name() {
            throw new NoSuchMethodError("name");
        }
    }

    /** A provider whose priority throws. */
    public static final class ThrowsInPriority extends Sound {
        @Override
        public int priority() {
            throw new IllegalStateException("priority");
        }
    }

    /** A class that is no provider. */
    public static final class NoProvider {}

    /** A provider with the name null. */
    public static final class NullName extends Sound {
        @Override
        public String name() {
            return null;
        }
    }

    @TempDir
    Path jar;

    private List<PollerProvider> find(String... entries) throws IOException {
        Path services = Files.createDirectories(jar.resolve("META-INF/services"));
        Files.write(services.resolve(PollerProvider.class.getName()), List.of(entries));
        ClassLoader parent = getClass().getClassLoader();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, parent)) {
            return PollerDiscovery.find(new OwnServices(loader));
        }
    }

    /** A class loader that hides the providers of the test's own class path. */
    private static final class OwnServices extends ClassLoader {
        private final URLClassLoader loader;

        OwnServices(URLClassLoader loader) {
            super(loader);
            this.loader = loader;
        }

        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
            return loader.findResources(name);
        }
    }

    /** Writes a class file of a newer version; a JVM checks the version first. */
    private void newerClassFile(String name) throws IOException {
        byte[] bytes;
        try (InputStream in = Sound.class.getResourceAsStream("PollerDiscoveryTest$Sound.class")) {
            bytes = in.readAllBytes();
        }
        bytes[7] = (byte) CLASS_FILE_OF_JAVA_200;
        Path file = jar.resolve(name.replace('.', '/') + ".class");
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }

    private static String cause(PollerProvider provider) {
        return Stream.iterate(provider.unavailabilityCause().orElseThrow(), t -> t != null, Throwable::getCause)
                .map(Throwable::toString)
                .collect(Collectors.joining(" < "));
    }

    @Test
    void eachThatFailsTakesItselfOut() throws IOException {
        newerClassFile("fdflux.Newer");
        List<PollerProvider> found = find(
                "fdflux.Missing",
                ThrowsInConstructor.class.getName(),
                "fdflux.Newer",
                ThrowsInInitializer.class.getName(),
                ThrowsInName.class.getName(),
                ThrowsInPriority.class.getName(),
                NullName.class.getName(),
                NoProvider.class.getName(),
                Sound.class.getName());
        assertThat(found)
                .extracting(PollerProvider::name)
                .doesNotHaveDuplicates()
                .contains("sound");
        assertThat(found.stream().filter(p -> !p.name().equals("sound")).map(PollerDiscoveryTest::cause))
                .anyMatch(cause -> cause.contains("fdflux.Missing"))
                .anyMatch(cause -> cause.contains("constructor"))
                .anyMatch(cause -> cause.contains("UnsupportedClassVersionError"))
                .anyMatch(cause -> cause.contains("no number"))
                .anyMatch(cause -> cause.contains("NoSuchMethodError"))
                .anyMatch(cause -> cause.contains("priority"))
                .anyMatch(cause -> cause.contains("a poller's name"))
                .anyMatch(cause -> cause.contains("NoProvider"));
    }

    /** ServiceLoader then drops the whole file. */
    @Test
    void aBrokenListIsACauseToo() throws IOException {
        List<PollerProvider> found = find(Sound.class.getName(), "not a class name");
        assertThat(found).hasSize(1);
        assertThat(cause(found.getFirst())).contains("ServiceConfigurationError");
    }

    @Test
    void aCauseIsListedAndTheNextBestChosen() throws IOException {
        List<PollerProvider> found = find(ThrowsInConstructor.class.getName(), Sound.class.getName());
        assertThatThrownBy(() -> Pollers.select("", found))
                .isInstanceOf(PollerUnavailableException.class)
                .hasMessageContaining("sound (only a name)")
                .hasMessageContaining(ThrowsInConstructor.class.getName());
    }
}
