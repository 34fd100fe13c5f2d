package io.fdflux.netty.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.Digest;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.io.Splice;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a pipe between a file and a socket takes, and what becomes of it. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "splice(2) is Linux's")
class FilePipeTest {

    private static final int LENGTH = 5 << 20;
    private static final int OFFSET = 12_345;

    @TempDir
    private Path folder;

    private FileChannel file;

    @BeforeEach
    void openFile() throws IOException {
        file = FileChannel.open(Files.write(folder.resolve("file"), Digest.bytes(LENGTH, 1)), StandardOpenOption.READ);
    }

    @AfterEach
    void closeFile() throws IOException {
        file.close();
    }

    private static long openPipes() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(FilePipeTest::isPipe).count();
        }
    }

    private static boolean isPipe(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("pipe:");
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }

    /** A pipe that were filled beyond its capacity would block this thread for ever. */
    @Test
    void anyPartOfAFileFits() throws Exception {
        for (int offset : new int[] {0, 1, OFFSET, LENGTH - 100}) {
            FilePipe pipe = FilePipe.open();
            long filled = pipe.fill(file, offset, LENGTH - offset);
            assertThat(filled).isPositive().isLessThanOrEqualTo(LENGTH - offset);
            assertThat(pipe.fill(file, offset, LENGTH - offset))
                    .as("not filled again before it is empty")
                    .isEqualTo(filled);
            pipe.close();
        }
    }

    @Test
    void theBytesOfTheFileComeOut() throws Exception {
        try (FileChannel copy =
                FileChannel.open(folder.resolve("copy"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            FilePipe pipe = FilePipe.open();
            long filled = pipe.fill(file, OFFSET, LENGTH);
            try (Pipes.Pair target = Pipes.pipe();
                    FileChannel reader = FileChannel.open(
                            Path.of("/proc/self/fd/" + target.first().number()), StandardOpenOption.READ)) {
                for (long copied = 0; copied < filled; ) {
                    long n = Splice.move(pipe.number(), target.second().number(), filled - copied);
                    assertThat(n).isPositive();
                    pipe.moved(n);
                    for (long drained = 0; drained < n; ) {
                        drained += copy.transferFrom(reader, copied + drained, n - drained);
                    }
                    copied += n;
                }
            }
            pipe.close();
            assertThat(Files.readAllBytes(folder.resolve("copy")))
                    .isEqualTo(Arrays.copyOfRange(Digest.bytes(LENGTH, 1), OFFSET, OFFSET + Math.toIntExact(filled)));
        }
    }

    @Test
    void aClosedPipeLeavesNothingOpen() throws Exception {
        long before = openPipes();
        FilePipe pipe = FilePipe.open();
        pipe.fill(file, 0, 1);
        assertThat(openPipes()).isEqualTo(before + 2);
        pipe.close();
        assertThat(openPipes()).isEqualTo(before);
    }
}
