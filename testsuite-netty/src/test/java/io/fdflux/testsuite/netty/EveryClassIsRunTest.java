package io.fdflux.testsuite.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.testsuite.transport.AbstractTestsuiteTest;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;

/** Checks that a subclass here runs each test of Netty's transport suite, as listed in its jar. */
class EveryClassIsRunTest {

    private static final String SUITE = AbstractTestsuiteTest.class.getPackageName() + ".";

    /** The reasons for tests without a subclass, by the beginning of the name below the suite's package. */
    private static final Map<String, String> NOT_FOR_US = Map.of(
            "sctp.", "sockets of another protocol than our channels have",
            "udt.", "a library's own sockets",
            "DefaultEventLoopTest", "Netty's loop without a poller",
            "NioEventLoopTest", "NIO's loop; what it inherits is run",
            "socket.SocketSslLargeCertificateTest",
                    "opens NIO's channels itself: LargeCertificateTest is the same for ours");

    @Test
    void everyTestOfTheSuiteIsRunHere() throws Exception {
        List<Class<?>> ours = classes(EveryClassIsRunTest.class).stream()
                .<Class<?>>map(EveryClassIsRunTest::load)
                .filter(OnOurChannels.class::isAssignableFrom)
                .filter(type -> !Modifier.isAbstract(type.getModifiers()))
                .toList();
        List<Class<?>> theirs = classes(AbstractTestsuiteTest.class).stream()
                .filter(name -> NOT_FOR_US.keySet().stream().noneMatch(start -> name.startsWith(SUITE + start)))
                .<Class<?>>map(EveryClassIsRunTest::load)
                .filter(type -> tests(type).findAny().isPresent())
                .toList();
        assertThat(theirs).hasSizeGreaterThan(40);
        assertThat(theirs)
                .allSatisfy(type -> assertThat(tests(type))
                        .allSatisfy(test -> assertThat(ours)
                                .as("subclasses of %s that run %s", type, test)
                                .anyMatch(own -> type.isAssignableFrom(own) && runs(own, test))));
    }

    @Test
    void whatIsNotForUsIsThere() throws Exception {
        List<String> theirs = classes(AbstractTestsuiteTest.class);
        assertThat(NOT_FOR_US.keySet())
                .allSatisfy(start -> assertThat(theirs).anyMatch(name -> name.startsWith(SUITE + start)));
    }

    private static boolean runs(Class<?> type, Method test) {
        return tests(type)
                .anyMatch(own -> own.getName().equals(test.getName())
                        && Arrays.equals(own.getParameterTypes(), test.getParameterTypes())
                        && !AnnotationSupport.isAnnotated(own, Disabled.class));
    }

    private static Stream<Method> tests(Class<?> type) {
        return AnnotationSupport.findAnnotatedMethods(type, Testable.class, HierarchyTraversalMode.TOP_DOWN).stream();
    }

    /** Lists the classes in the package of a class, and below, from the jar or directory of that class. */
    private static List<String> classes(Class<?> one) throws IOException, URISyntaxException {
        URI uri = one.getResource(one.getSimpleName() + ".class").toURI();
        if (!uri.getScheme().equals("jar")) {
            return classes(one, Path.of(uri).getParent());
        }
        try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
            return classes(one, jar.getPath("/" + one.getPackageName().replace('.', '/')));
        }
    }

    private static List<String> classes(Class<?> one, Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.map(path -> directory.relativize(path).toString())
                    .filter(file -> file.endsWith(".class") && !file.endsWith("package-info.class"))
                    .map(file -> one.getPackageName() + "."
                            + file.substring(0, file.length() - ".class".length())
                                    .replaceAll("[/\\\\]", "."))
                    .toList();
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, EveryClassIsRunTest.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
