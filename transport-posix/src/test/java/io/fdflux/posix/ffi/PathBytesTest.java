package io.fdflux.posix.ffi;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.posix.Descriptor;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class PathBytesTest {

    /** Not UTF-8, with signs that a URI escapes. */
    private static final byte[] RAW = {'a', ' ', '%', '\n', (byte) 0xff, '+', (byte) 0xc3, 'z'};

    @TempDir
    private Path folder;

    @Test
    void textIsEncodedAsFileNamesAre() {
        assertThat(PathBytes.of("abc")).isEqualTo("abc".getBytes(StandardCharsets.US_ASCII));
        assertThat(PathBytes.of("\u00fc\ufffd")).isEqualTo("\u00fc\ufffd".getBytes(StandardCharsets.UTF_8));
        assertThat(PathBytes.of(Path.of("/abc/d"))).isEqualTo("/abc/d".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void nameOfTextIsThatOfTheJdk() {
        assertThat(PathBytes.name("abc".getBytes(StandardCharsets.US_ASCII))).isEqualTo(Path.of("abc"));
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "file systems of macOS refuse such names")
    @DisplayName("bytes that are not of the encoding are kept, from the kernel to the path and back")
    void otherBytesAreKept() throws Exception {
        Path file = folder.resolve(PathBytes.name(RAW));
        assertThat(PathBytes.of(file)).endsWith(RAW);
        Descriptor.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE)
                .close();
        List<Path> listed = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            entries.forEach(listed::add);
        }
        assertThat(listed).containsExactly(file);
        assertThat(PathBytes.of(listed.getFirst())).endsWith(RAW);
        Path directory = Files.createDirectory(folder.resolve(PathBytes.name(new byte[] {(byte) 0xfe})));
        assertThat(PathBytes.of(directory)).endsWith((byte) '/', (byte) 0xfe, (byte) '/');
    }
}
