package io.fdflux.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.FdFlux;
import io.fdflux.FdLoops;
import io.fdflux.ReadOptions;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Pipes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Tests reads and writes by path, and the options of reads, on real files. */
class PathsTest {

    @TempDir
    private Path folder;

    private FdLoops loops;

    @BeforeEach
    void open() {
        loops = FdLoops.builder().poller("epoll").loops(1).build();
    }

    @AfterEach
    void close() {
        loops.close();
    }

    private static Flux<ByteBuf> buffers(String... texts) {
        return Flux.just(texts).map(text -> Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    }

    private static String text(Flux<ByteBuf> buffers) {
        return buffers.map(PathsTest::text).reduce("", String::concat).block();
    }

    private static String text(ByteBuf buffer) {
        try {
            return buffer.toString(StandardCharsets.UTF_8);
        } finally {
            buffer.release();
        }
    }

    private static long descriptors() throws IOException {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    @Test
    void aFileIsCopiedAndNoDescriptorStaysOpen() throws IOException {
        Path from = Files.writeString(folder.resolve("from"), "abc".repeat(100_000));
        Path to = Files.writeString(folder.resolve("to"), "z".repeat(1_000_000));
        loops.group();
        long before = descriptors();
        loops.write(to, loops.read(from)).block();
        assertThat(Files.mismatch(from, to)).isEqualTo(-1);
        assertThat(descriptors()).isEqualTo(before);
    }

    @Test
    void optionsOpenTheFile() throws IOException {
        Path log = Files.writeString(folder.resolve("log"), "a");
        loops.write(log, buffers("b", "c"), StandardOpenOption.APPEND).block();
        assertThat(log).content(StandardCharsets.UTF_8).isEqualTo("abc");
    }

    @Test
    void aFileThatCannotBeOpenedIsAnErrorAndTheSourceIsNotSubscribed() {
        StepVerifier.create(loops.read(folder.resolve("none"))).verifyError(NoSuchFileException.class);
        AtomicBoolean subscribed = new AtomicBoolean();
        Mono<Void> write = loops.write(
                folder.resolve("none").resolve("file"), buffers("a").doOnSubscribe(s -> subscribed.set(true)));
        StepVerifier.create(write).verifyError(NoSuchFileException.class);
        assertThat(subscribed).isFalse();
    }

    @Test
    void nothingIsOpenedBeforeTheSubscription() throws IOException {
        Path path = folder.resolve("later");
        Flux<ByteBuf> read = loops.read(path);
        Files.writeString(path, "abc");
        assertThat(text(read)).isEqualTo("abc");
        assertThat(text(read)).as("second subscription").isEqualTo("abc");
    }

    @Test
    void noBufferIsLargerThanTheChunk() throws IOException {
        Path path = Files.writeString(folder.resolve("file"), "abcdefgh");
        List<String> chunks = loops.read(path, ReadOptions.defaults().chunkSize(3))
                .map(PathsTest::text)
                .collectList()
                .block();
        assertThat(chunks).containsExactly("abc", "def", "gh");
    }

    @Test
    void chunksOfAPipeFitItsPackets() throws IOException {
        try (Pipes.Pair pipe = Pipes.pipe()) {
            Flux<ByteBuf> read = loops.read(pipe.first(), ReadOptions.defaults().chunkSize(2));
            loops.write(pipe.second(), buffers("abcd"))
                    .doFinally(end -> pipe.second().closeUnchecked())
                    .block();
            assertThat(text(read)).isEqualTo("abcd");
        }
    }

    @Test
    void buffersComeFromTheGivenAllocator() throws IOException {
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
        Path path = Files.writeString(folder.resolve("file"), "abc");
        StepVerifier.create(loops.read(path, ReadOptions.defaults().allocator(allocator)))
                .assertNext(buffer -> {
                    assertThat(buffer.isDirect()).isTrue();
                    assertThat(allocator.metric().usedDirectMemory()).isPositive();
                    buffer.release();
                })
                .verifyComplete();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @Test
    void staticsAndMethodsAreTheSame() throws IOException {
        try (Pipes.Pair pipe = Pipes.pipe()) {
            loops.write(pipe.second(), buffers("ab"))
                    .then(FdFlux.write(loops, pipe.second(), buffers("cd")))
                    .block();
            pipe.second().close();
            assertThat(text(loops.read(pipe.first()).take(1).concatWith(FdFlux.read(loops, pipe.first()))))
                    .isEqualTo("abcd");
        }
    }

    @Test
    void optionsAreChecked() {
        assertThat(ReadOptions.defaults())
                .hasToString("ReadOptions[chunkSize=adaptive, allocator=" + ByteBufAllocator.DEFAULT + "]");
        StepVerifier.create(Mono.fromCallable(() -> ReadOptions.defaults().chunkSize(0)))
                .verifyErrorSatisfies(e -> assertThat(e).hasMessageContaining("at least one byte, not 0"));
    }

    @Test
    void aFifoIsReadByItsName() throws IOException, InterruptedException {
        Path fifo = folder.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        try (Descriptor both = Descriptor.open(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            loops.write(both, buffers("abc")).block();
            assertThat(text(loops.read(fifo).take(1))).isEqualTo("abc");
        }
    }
}
