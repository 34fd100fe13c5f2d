package io.fdflux.posix.ffi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class NativeReportTest {

    private static final Path SOURCES = Path.of("src/main/java/io/fdflux/posix");
    private static final Pattern LINKED = Pattern.compile("\\.link(?:Variadic)?\\(\\s*\"(\\w+)\"");

    @Test
    void everyFunctionThatIsLinkedIsReported() throws IOException {
        List<String> linked = new ArrayList<>();
        try (var files = Files.walk(SOURCES)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                LINKED.matcher(Files.readString(file))
                        .results()
                        .map((MatchResult r) -> r.group(1))
                        .forEach(linked::add);
            }
        }
        assertThat(linked).contains("read", "kevent", "fcntl");
        assertThat(NativeReport.functions())
                .extracting(NativeReport.Function::name)
                .isSorted()
                .containsAll(linked);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void reportsTheLibraryOfAFunction() {
        assertThat(NativeReport.functions()).anySatisfy(f -> {
            assertThat(f.name()).isEqualTo("read");
            assertThat(f.symbol()).isEqualTo("read");
            assertThat(f.library()).contains("C library");
            assertThat(f.found()).isTrue();
        });
    }
}
