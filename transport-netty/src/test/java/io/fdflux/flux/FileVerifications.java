package io.fdflux.flux;

import io.fdflux.FileEvent;
import io.fdflux.FileFlux;
import io.fdflux.ReadOptions;
import io.fdflux.TailOptions;
import io.fdflux.flux.ReactiveStreamsTckTest.Resources;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.SubscriberBlackboxVerification;
import org.testng.annotations.AfterClass;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The TCK's verifications of {@link FileFlux}, for {@link ReactiveStreamsTckTest}. */
public final class FileVerifications {

    private static final int MOST_ELEMENTS = 100;

    private FileVerifications() {}

    /** Files that are removed behind the tests. */
    private static final class Folder {

        private final Path path;
        private final AtomicInteger made = new AtomicInteger();

        Folder() {
            try {
                path = Files.createTempDirectory("fdflux-tck");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        Path next() {
            return path.resolve("f" + made.incrementAndGet());
        }

        Path file(String content) {
            try {
                return Files.writeString(next(), content);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        Path directory() {
            try {
                return Files.createDirectory(next());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void delete() {
            try (var all = Files.walk(path)) {
                all.sorted(Comparator.reverseOrder())
                        .forEach(one -> one.toFile().delete());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** {@link FileFlux#read}, a byte per element. */
    public static class Reading extends PublisherVerification<ByteBuf> {

        private final Folder folder = new Folder();

        public Reading() {
            super(ReactiveStreamsTckTest.environment());
        }

        @Override
        public long maxElementsFromPublisher() {
            return 10_000;
        }

        @Override
        public Publisher<ByteBuf> createPublisher(long elements) {
            Path file = folder.file("x".repeat((int) elements));
            return DescriptorVerifications.consuming(
                    FileFlux.read(file, 0, elements, ReadOptions.defaults().chunkSize(1)), ByteBuf::release, () -> {});
        }

        @Override
        public Publisher<ByteBuf> createFailedPublisher() {
            return FileFlux.read(folder.next());
        }

        @AfterClass
        public void close() {
            folder.delete();
        }
    }

    /** {@link FileFlux#write}: completes without an element. */
    public static class Writing extends PublisherVerification<Void> {

        private final Folder folder = new Folder();

        public Writing() {
            super(ReactiveStreamsTckTest.environment());
        }

        @Override
        public long maxElementsFromPublisher() {
            return 0;
        }

        @Override
        public Publisher<Void> createPublisher(long elements) {
            return FileFlux.write(folder.next(), Flux.empty());
        }

        @Override
        public Publisher<Void> createFailedPublisher() {
            return FileFlux.write(folder.next().resolve("none"), Mono.never());
        }

        @AfterClass
        public void close() {
            folder.delete();
        }
    }

    /** The subscriber of the source of {@link FileFlux#write}. */
    public static class SourceOfWriting extends SubscriberBlackboxVerification<ByteBuf> {

        private final Folder folder = new Folder();

        public SourceOfWriting() {
            super(ReactiveStreamsTckTest.environment());
        }

        @Override
        public Subscriber<ByteBuf> createSubscriber() {
            CompletableFuture<Subscriber<? super ByteBuf>> writer = new CompletableFuture<>();
            FileFlux.write(folder.next(), (Publisher<ByteBuf>) subscriber -> writer.complete(subscriber))
                    .onErrorComplete()
                    .subscribe();
            @SuppressWarnings("unchecked")
            Subscriber<ByteBuf> subscriber = (Subscriber<ByteBuf>) writer.join();
            return subscriber;
        }

        @Override
        public ByteBuf createElement(int element) {
            return Streams.buffer(Integer.toString(element));
        }

        @AfterClass
        public void close() {
            folder.delete();
        }
    }

    /** What needs loops and a folder. */
    public abstract static class OnLoops<T> extends PublisherVerification<T> {

        final Resources resources = new Resources();
        final Folder folder = new Folder();

        protected OnLoops() {
            super(ReactiveStreamsTckTest.environment());
        }

        /** By default it never completes. */
        @Override
        public long maxElementsFromPublisher() {
            return publisherUnableToSignalOnComplete();
        }

        @AfterClass
        public void close() {
            resources.close();
            folder.delete();
        }
    }

    /** {@link FileFlux#changes}, a new file per element. */
    public static class Changes extends OnLoops<FileEvent> {

        @Override
        public Publisher<FileEvent> createPublisher(long elements) {
            Path directory = folder.directory();
            return DescriptorVerifications.consuming(FileFlux.changes(resources.loops, directory), event -> {}, () -> {
                for (int i = 0; i < Math.min(elements, MOST_ELEMENTS); i++) {
                    create(directory.resolve("e" + i));
                }
            });
        }

        private static void create(Path file) {
            try {
                Files.createFile(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public Publisher<FileEvent> createFailedPublisher() {
            return FileFlux.changes(resources.loops, folder.next().resolve("none"));
        }
    }

    /** {@link FileFlux#tail}, a byte per element. */
    public static class Tail extends OnLoops<ByteBuf> {

        @Override
        public Publisher<ByteBuf> createPublisher(long elements) {
            Path file = folder.file("x".repeat((int) Math.min(elements, MOST_ELEMENTS)));
            TailOptions options = TailOptions.defaults()
                    .fromStart()
                    .reading(ReadOptions.defaults().chunkSize(1));
            return DescriptorVerifications.consuming(
                    FileFlux.tail(resources.loops, file, options), ByteBuf::release, () -> {});
        }

        @Override
        public Publisher<ByteBuf> createFailedPublisher() {
            return FileFlux.tail(resources.loops, folder.next().resolve("none"));
        }
    }

    /** {@link FileFlux#lines}. */
    public static class Lines extends OnLoops<String> {

        @Override
        public Publisher<String> createPublisher(long elements) {
            Path file = folder.file("line\n".repeat((int) Math.min(elements, MOST_ELEMENTS)));
            return FileFlux.lines(resources.loops, file, TailOptions.defaults().fromStart());
        }

        @Override
        public Publisher<String> createFailedPublisher() {
            return FileFlux.lines(resources.loops, folder.next().resolve("none"));
        }
    }

    /** {@link io.fdflux.FdLoops#read(Path)}, a byte per element. */
    public static class ReadingOnLoops extends OnLoops<ByteBuf> {

        @Override
        public long maxElementsFromPublisher() {
            return 10_000;
        }

        @Override
        public Publisher<ByteBuf> createPublisher(long elements) {
            Path file = folder.file("x".repeat((int) elements));
            return DescriptorVerifications.consuming(
                    resources.loops.read(file, ReadOptions.defaults().chunkSize(1)), ByteBuf::release, () -> {});
        }

        @Override
        public Publisher<ByteBuf> createFailedPublisher() {
            return resources.loops.read(folder.next());
        }
    }

    /** {@link io.fdflux.FdLoops#write(Path, Publisher, java.nio.file.OpenOption...)}: completes without an element. */
    public static class WritingOnLoops extends OnLoops<Void> {

        @Override
        public long maxElementsFromPublisher() {
            return 0;
        }

        @Override
        public Publisher<Void> createPublisher(long elements) {
            return resources.loops.write(folder.next(), Flux.empty());
        }

        @Override
        public Publisher<Void> createFailedPublisher() {
            return resources.loops.write(folder.next().resolve("none"), Mono.never());
        }
    }
}
