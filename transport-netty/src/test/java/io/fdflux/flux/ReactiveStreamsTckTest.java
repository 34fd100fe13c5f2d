package io.fdflux.flux;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.FdFlux;
import io.fdflux.FdLoops;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.io.TestFiles;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.SubscriberBlackboxVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.ITestResult;
import org.testng.TestListenerAdapter;
import org.testng.TestNG;
import org.testng.annotations.AfterClass;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Runs the Technology Compatibility Kit of Reactive Streams over every Publisher and Subscriber of the project: the
 * results of {@link FdFlux#read} and {@link FdFlux#write}, and the subscriber of a write's source. The TCK is made for
 * TestNG; this class calls it directly. It skips optional rules, and rules that need more elements than a Mono has.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(300)
class ReactiveStreamsTckTest {

    /** The minimum of passed tests, because the TCK silently skips rules that it considers optional. */
    enum Verification {
        READING(Reading.class, 25),
        WRITING(Writing.class, 7),
        SOURCE_OF_WRITING(SourceOfWriting.class, 10);

        private final Class<?> tests;
        private final int passed;

        Verification(Class<?> tests, int passed) {
            this.tests = tests;
            this.passed = passed;
        }
    }

    @ParameterizedTest
    @EnumSource
    void holds(Verification verification) {
        TestListenerAdapter results = new TestListenerAdapter();
        TestNG testng = new TestNG(false);
        testng.setVerbose(0);
        testng.setTestClasses(new Class<?>[] {verification.tests});
        testng.addListener(results);
        testng.run();
        assertThat(Stream.of(results.getFailedTests(), results.getConfigurationFailures())
                        .flatMap(List::stream)
                        .map(ReactiveStreamsTckTest::describe))
                .isEmpty();
        assertThat(results.getPassedTests().size()).isGreaterThanOrEqualTo(verification.passed);
    }

    private static String describe(ITestResult result) {
        return result.getName() + ": " + result.getThrowable();
    }

    /** Loops, and the descriptors that are closed with them. */
    private static final class Resources implements AutoCloseable {
        final FdLoops loops = FdLoops.builder()
                .poller(System.getProperty("fdflux.poller", ""))
                .loops(1)
                .build();
        private final Queue<Pipes.Pair> pairs = new ConcurrentLinkedQueue<>();

        Pipes.Pair add(Pipes.Pair pair) {
            pairs.add(pair);
            return pair;
        }

        Pipes.Pair pipe() {
            try {
                return add(Pipes.pipe());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            pairs.forEach(pair -> {
                pair.first().closeUnchecked();
                pair.second().closeUnchecked();
            });
            loops.close();
        }
    }

    private static Descriptor closed() {
        try (Pipes.Pair pipe = Pipes.pipe()) {
            return pipe.first();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TestEnvironment environment() {
        return new TestEnvironment(2000, 100);
    }

    /** {@link FdFlux#read}: each element is a message. */
    public static class Reading extends PublisherVerification<ByteBuf> {

        private static final int FITS_INTO_A_SOCKET = 100;

        private final Resources resources = new Resources();

        public Reading() {
            super(environment());
        }

        @Override
        public Publisher<ByteBuf> createPublisher(long elements) {
            Pipes.Pair pair = resources.add(TestFiles.messageSockets("SOCK_SEQPACKET"));
            if (elements > FITS_INTO_A_SOCKET) {
                FdFlux.write(
                                resources.loops,
                                pair.second(),
                                Flux.generate(sink -> sink.next(Streams.buffer("endless"))))
                        .onErrorComplete()
                        .subscribe();
            } else {
                for (int i = 0; i < elements; i++) {
                    Streams.write(pair.second(), "element");
                }
                pair.second().closeUnchecked();
            }
            return releasing(FdFlux.read(resources.loops, pair.first()));
        }

        @Override
        public Publisher<ByteBuf> createFailedPublisher() {
            return FdFlux.read(resources.loops, closed());
        }

        /** Releases the buffers, which the TCK only counts. */
        private static Publisher<ByteBuf> releasing(Flux<ByteBuf> flux) {
            return subscriber -> flux.subscribe(
                    subscriber == null
                            ? null
                            : new Subscriber<>() {
                                @Override
                                public void onSubscribe(Subscription subscription) {
                                    subscriber.onSubscribe(subscription);
                                }

                                @Override
                                public void onNext(ByteBuf buffer) {
                                    buffer.release();
                                    subscriber.onNext(buffer);
                                }

                                @Override
                                public void onError(Throwable cause) {
                                    subscriber.onError(cause);
                                }

                                @Override
                                public void onComplete() {
                                    subscriber.onComplete();
                                }
                            });
        }

        @AfterClass
        public void close() {
            resources.close();
        }
    }

    /** {@link FdFlux#write}: completes without an element. */
    public static class Writing extends PublisherVerification<Void> {

        private final Resources resources = new Resources();

        public Writing() {
            super(environment());
        }

        @Override
        public long maxElementsFromPublisher() {
            return 0;
        }

        @Override
        public Publisher<Void> createPublisher(long elements) {
            return FdFlux.write(resources.loops, resources.pipe().second(), Flux.empty());
        }

        @Override
        public Publisher<Void> createFailedPublisher() {
            return FdFlux.write(resources.loops, closed(), Mono.never());
        }

        @AfterClass
        public void close() {
            resources.close();
        }
    }

    /** The subscriber of the source of {@link FdFlux#write}. */
    public static class SourceOfWriting extends SubscriberBlackboxVerification<ByteBuf> {

        private final Resources resources = new Resources();

        public SourceOfWriting() {
            super(environment());
        }

        @Override
        public Subscriber<ByteBuf> createSubscriber() {
            CompletableFuture<Subscriber<? super ByteBuf>> writer = new CompletableFuture<>();
            FdFlux.write(resources.loops, resources.pipe().second(), (Publisher<ByteBuf>)
                            subscriber -> writer.complete(subscriber))
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
            resources.close();
        }
    }
}
