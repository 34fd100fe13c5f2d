package io.fdflux.flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fdflux.FileFlux;
import io.fdflux.ReadOptions;
import io.fdflux.netty.OpenFiles;
import io.fdflux.posix.PosixException;
import io.fdflux.posix.WriteFailedException;
import io.fdflux.test.BuffersReleased;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

/** {@link FileFlux#read}, {@link FileFlux#write} and {@link FileFlux#append} on real files. */
@ExtendWith(BuffersReleased.class)
@DisabledIfSystemProperty(named = "fdflux.poller", matches = "kqueue", disabledReason = "no poller is involved")
@Timeout(60)
class FileReadWriteTest {

    @TempDir
    private Path folder;

    private static Flux<String> texts(Flux<ByteBuf> buffers) {
        return buffers.map(Streams::text);
    }

    private Path file(String content) throws Exception {
        return Files.writeString(folder.resolve("file"), content);
    }

    // ---- threads

    @Test
    @DisplayName("a subscriber may block the thread of the end: new work does not wait behind it")
    void subscriberBlocksAtTheEnd() {
        Path file = folder.resolve("file");
        Mono<String> content = FileFlux.write(file, Mono.fromSupplier(() -> Streams.buffer("abc")))
                .then(Mono.fromCallable(() -> texts(FileFlux.read(file)).blockLast(Duration.ofSeconds(20))));
        assertThat(content.block()).isEqualTo("abc");
    }

    // ---- reading

    @ParameterizedTest
    @CsvSource({
        "0, 10, 0123456789",
        "0, 100, 0123456789",
        "9223372036854775807, 100, ''",
        "9223372036854775800, 9223372036854775807, ''",
        "3, 4, 3456",
        "8, 4, 89",
        "10, 4, ''",
        "20, 4, ''",
        "5, 0, ''",
    })
    void readsAPart(long position, long length, String expected) throws Exception {
        StepVerifier.create(texts(FileFlux.read(file("0123456789"), position, length))
                        .reduce("", String::concat))
                .expectNext(expected)
                .verifyComplete();
    }

    @Test
    @DisplayName("a chunk has so many bytes at most, and each request is one chunk")
    void readsInChunks() throws Exception {
        StepVerifier.create(
                        texts(FileFlux.read(
                                file("0123456789"), 1, 8, ReadOptions.defaults().chunkSize(3))),
                        0)
                .thenRequest(1)
                .expectNext("123")
                .thenRequest(2)
                .expectNext("456", "78")
                .thenRequest(1)
                .verifyComplete();
        assertThat(OpenFiles.below(folder)).isZero();
    }

    @Test
    void readsLargeFiles() throws Exception {
        byte[] bytes = new byte[3_000_001];
        new Random(1).nextBytes(bytes);
        Path path = Files.write(folder.resolve("large"), bytes);
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        FileFlux.read(path)
                .doOnNext(buffer -> {
                    read.writeBytes(ByteBufUtil.getBytes(buffer));
                    buffer.release();
                })
                .blockLast();
        assertThat(read.toByteArray()).isEqualTo(bytes);
    }

    @Test
    @DisplayName("signals come on a thread that may block, where Reactor allows that")
    void readsOffTheLoop() throws Exception {
        AtomicReference<Thread> thread = new AtomicReference<>();
        texts(FileFlux.read(file("a")))
                .doOnNext(text -> thread.set(Thread.currentThread()))
                .blockLast();
        assertThat(thread.get().getName()).startsWith("boundedElastic-");
        assertThat(Schedulers.isInNonBlockingThread()).isFalse();
    }

    @Test
    void cancelledReadClosesTheFile() throws Exception {
        byte[] bytes = new byte[1_000_000];
        Path path = Files.write(folder.resolve("large"), bytes);
        List<Integer> sizes = new ArrayList<>();
        StepVerifier.create(FileFlux.read(path), 2)
                .consumeNextWith(buffer -> sizes.add(release(buffer)))
                .consumeNextWith(buffer -> sizes.add(release(buffer)))
                .thenCancel()
                .verify();
        assertThat(sizes).containsExactly(65_536, 65_536);
        await().until(() -> OpenFiles.below(folder) == 0);
    }

    private static int release(ByteBuf buffer) {
        int size = buffer.readableBytes();
        buffer.release();
        return size;
    }

    @Test
    void readErrors() throws Exception {
        StepVerifier.create(FileFlux.read(folder.resolve("none")))
                .verifyErrorSatisfies(e ->
                        assertThat(e).isInstanceOf(NoSuchFileException.class).hasMessageContaining("none"));
        StepVerifier.create(FileFlux.read(folder))
                .verifyErrorSatisfies(e -> assertThat(e).hasMessageContaining("EISDIR"));
        assertThatThrownBy(() -> FileFlux.read(folder, -1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FileFlux.read(folder, 1, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "mkfifo(1) is run as Linux has it")
    @DisplayName("a FIFO has no positions, and a writer might wait for its reader")
    void fifosAreRefused() throws Exception {
        Path fifo = folder.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        StepVerifier.create(FileFlux.read(fifo))
                .verifyErrorSatisfies(e -> assertThat(e).hasMessageContaining("has no positions"));
        TestPublisher<ByteBuf> source = TestPublisher.create();
        StepVerifier.create(FileFlux.write(fifo, source, StandardOpenOption.READ))
                .verifyErrorSatisfies(e -> assertThat(e).hasMessageContaining("FdLoops.write"));
        source.assertWasNotSubscribed();
    }

    // ---- writing

    private static Flux<ByteBuf> buffers(String... texts) {
        return Flux.fromArray(texts).map(Streams::buffer);
    }

    @Test
    void writesAndTruncates() throws Exception {
        Path path = file("something longer");
        StepVerifier.create(FileFlux.write(path, buffers("one ", "", "two"))).verifyComplete();
        assertThat(path).hasContent("one two");
        assertThat(OpenFiles.below(folder)).isZero();
    }

    @Test
    void appends() throws Exception {
        Path path = folder.resolve("log");
        FileFlux.append(path, buffers("one\n")).block();
        FileFlux.append(path, buffers("two\n")).block();
        assertThat(path).hasContent("one\ntwo\n");
    }

    @Test
    void heapAndCompositeBuffers() throws Exception {
        Path path = folder.resolve("file");
        FileFlux.write(
                        path,
                        Flux.just(0, 1)
                                .map(i -> i == 0
                                        ? Unpooled.copiedBuffer("heap,", StandardCharsets.UTF_8)
                                        : Unpooled.wrappedBuffer(Streams.buffer("compo"), Streams.buffer("site"))))
                .block();
        assertThat(path).hasContent("heap,composite");
    }

    @Test
    void manyBuffersOfAnotherThread() throws Exception {
        Path path = folder.resolve("file");
        String[] texts = IntStream.range(0, 10_000).mapToObj(i -> i + ",").toArray(String[]::new);
        FileFlux.write(path, buffers(texts).publishOn(Schedulers.parallel())).block();
        assertThat(path).hasContent(String.join("", texts));
    }

    @Test
    @DisplayName("requests 32 buffers, and 24 again when so many are written")
    void prefetch() throws Exception {
        List<Long> requested = new ArrayList<>();
        FileFlux.write(
                        folder.resolve("file"),
                        Flux.range(0, 100).map(i -> Streams.buffer("x")).doOnRequest(requested::add))
                .block();
        assertThat(requested).containsExactly(32L, 24L, 24L, 24L);
    }

    @Test
    @DisplayName("the source's error comes after the buffers before it are written")
    void sourceError() throws Exception {
        Path path = folder.resolve("file");
        StepVerifier.create(FileFlux.write(
                        path, buffers("abc").concatWith(Mono.error(new IllegalArgumentException("source")))))
                .verifyErrorMessage("source");
        assertThat(path).hasContent("abc");
        assertThat(OpenFiles.below(folder)).isZero();
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "full(4) is Linux's")
    @DisplayName("a full disk ends it with the bytes that were written, and cancels the source")
    void fullDisk() {
        TestPublisher<ByteBuf> source = TestPublisher.create();
        StepVerifier.create(FileFlux.write(Path.of("/dev/full"), source, StandardOpenOption.WRITE))
                .then(() -> await().until(source::wasSubscribed))
                .then(() -> source.next(Streams.buffer("lost")))
                .verifyErrorSatisfies(e -> assertThat(e)
                        .isInstanceOfSatisfying(
                                WriteFailedException.class,
                                failed -> assertThat(failed.bytesWritten()).isZero())
                        .hasMessageContaining("ENOSPC"));
        source.assertCancelled();
    }

    @Test
    void cannotBeOpened() {
        TestPublisher<ByteBuf> source = TestPublisher.create();
        StepVerifier.create(FileFlux.write(folder, source)).verifyError(PosixException.class);
        source.assertWasNotSubscribed();
    }

    @Test
    void cancelledWriteReleasesAndCloses() throws Exception {
        Path path = folder.resolve("file");
        TestPublisher<ByteBuf> source = TestPublisher.create();
        Disposable writing = FileFlux.write(path, source).subscribe();
        await().until(source::wasSubscribed);
        source.next(Streams.buffer("one"));
        await().until(() -> Files.size(path) == 3);
        writing.dispose();
        await().until(() -> OpenFiles.below(folder) == 0);
        source.assertCancelled();
        assertThat(path).hasContent("one");
    }

    @Test
    void sourceThatOverflows() {
        Publisher<ByteBuf> source = subscriber -> {
            subscriber.onSubscribe(Operators.emptySubscription());
            for (int i = 0; i < 1000; i++) {
                subscriber.onNext(Streams.buffer("x"));
            }
        };
        StepVerifier.create(FileFlux.write(folder.resolve("file"), source))
                .verifyErrorSatisfies(e -> assertThat(e).hasMessageContaining("more than was requested"));
    }
}
