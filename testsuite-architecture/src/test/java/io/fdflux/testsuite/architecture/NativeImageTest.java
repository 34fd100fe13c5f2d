package io.fdflux.testsuite.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import io.netty.channel.Channel;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Holds the reachability metadata of the jars beside that of the downcalls, which {@code ReachabilityMetadataTest} of
 * transport-posix holds. No native-image runs here.
 */
class NativeImageTest {

    private static final String FILE =
            "%1$s/src/main/resources/META-INF/native-image/io.fdflux/fdflux-%1$s/reachability-metadata.json";

    @Test
    void everyChannelThatABootstrapCreatesIsRegistered() {
        Set<String> channels = House.CLASSES.stream()
                .filter(type -> type.getPackageName().equals("io.fdflux.netty"))
                .map(JavaClass::reflect)
                .filter(type -> Channel.class.isAssignableFrom(type) && !Modifier.isAbstract(type.getModifiers()))
                .filter(type -> Stream.of(type.getConstructors()).anyMatch(made -> made.getParameterCount() == 0))
                .map(Class::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        Pattern entry = Pattern.compile(
                "\"type\": \"([^\"]+)\", \"methods\": \\[\\{\"name\": \"<init>\", \"parameterTypes\": \\[]}]");
        assertThat(entry.matcher(House.read(FILE.formatted("transport-netty")))
                        .results()
                        .map(match -> match.group(1))
                        .toList())
                .containsExactlyElementsOf(channels)
                .hasSizeGreaterThan(5);
    }

    @Test
    void everyResourceThatIsReadIsRegistered() throws IOException {
        assertThat(resources("transport-core")).containsExactly("io/fdflux/diagnosis/version.properties");
        assertThat(resources("transport-page")).containsExactlyInAnyOrderElementsOf(pageFiles());
        assertThat(House.CLASSES.stream()
                        .filter(type -> type.getMethodCallsFromSelf().stream()
                                .anyMatch(call -> call.getTarget().getName().startsWith("getResource")))
                        .map(JavaClass::getName))
                .containsExactly("io.fdflux.diagnosis.Diagnosis", "io.fdflux.page.PageFile");
    }

    private static List<String> resources(String folder) {
        return Pattern.compile("\"glob\": \"([^\"]+)\"")
                .matcher(House.read(FILE.formatted(folder)))
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    private static List<String> pageFiles() throws IOException {
        Path resources = House.root().resolve("transport-page/src/main/resources");
        try (Stream<Path> files = Files.list(resources.resolve("io/fdflux/page"))) {
            return files.map(file -> resources.relativize(file).toString()).toList();
        }
    }
}
