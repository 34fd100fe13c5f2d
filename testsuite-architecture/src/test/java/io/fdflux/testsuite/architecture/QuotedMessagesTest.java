package io.fdflux.testsuite.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The messages that docs/troubleshooting.md quotes are those of the code, but for what changes from case to case. */
class QuotedMessagesTest {

    private static final Pattern QUOTED = Pattern.compile("`([^`\n]+)`");

    /** Names, numbers and values in a message, and what its parts are joined by. */
    private static final Pattern VARIABLE = Pattern.compile(
            "\\.\\.\\.|<[^>]*>|\\d+|'[^']*'|[A-Z]{4,}|descriptor|is being read|epoll|no socket|for Reactor"
                    + " Netty$|\\)\\.|[:;(),]");

    /** A literal that goes on in the next line of the source. */
    private static final Pattern JOINT = Pattern.compile("\"\\s*\\+\\s*\"");

    /** Words of the JVM, of Netty and of programs. */
    private static final Set<String> OTHERS = Set.of(
            "class file has wrong version",
            "has been compiled by a more recent version of the Java Runtime",
            "class file version",
            "apt-get install openjdk-",
            "sdk install java",
            "start it with --enable-native-access=ALL-",
            "A restricted method in java.lang.foreign.Linker has been called",
            "incompatible event loop type",
            "failed to create a child event loop",
            "was not called before it's garbage-collected");

    @Test
    void messagesAreThoseOfTheCode() throws IOException {
        String sources = JOINT.matcher(sources()).replaceAll("");
        Set<String> quoted = QUOTED.matcher(House.read("docs/troubleshooting.md"))
                .results()
                .map(code -> code.group(1))
                .filter(code -> code.contains(" "))
                .flatMap(VARIABLE::splitAsStream)
                .map(String::strip)
                .filter(part -> part.length() > 13 && part.contains(" "))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(quoted).hasSizeGreaterThan(40).containsAll(OTHERS);
        quoted.removeAll(OTHERS);
        assertThat(quoted)
                .allSatisfy(part -> assertThat(sources.contains(part))
                        .as("a source has \"%s\"", part)
                        .isTrue());
    }

    private static String sources() throws IOException {
        StringBuilder sources = new StringBuilder();
        for (String module : House.built()) {
            try (Stream<Path> files = Files.walk(House.root().resolve(module).resolve("src/main/java"))) {
                files.filter(file -> file.toString().endsWith(".java"))
                        .forEach(file -> sources.append(House.read(file)));
            }
        }
        return sources.toString();
    }
}
