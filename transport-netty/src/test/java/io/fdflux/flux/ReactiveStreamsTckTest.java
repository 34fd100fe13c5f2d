package io.fdflux.flux;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.ChildProcess;
import io.fdflux.FdFlux;
import io.fdflux.FdLoops;
import io.fdflux.FileFlux;
import io.fdflux.Posts;
import io.fdflux.ProcessFlux;
import io.fdflux.SignalFlux;
import io.fdflux.TimerFlux;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.io.TestFiles;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
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
import org.testng.xml.XmlClass;
import org.testng.xml.XmlSuite;
import org.testng.xml.XmlTest;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Runs the Technology Compatibility Kit of Reactive Streams over every Publisher and Subscriber of io.fdflux. The TCK
 * is made for TestNG; this class calls it directly. It skips optional rules, and rules that need more elements than
 * there are.
 */
@EnabledOnOs(OS.LINUX)
class ReactiveStreamsTckTest {

    /**
     * A Publisher or Subscriber of io.fdflux, and how many tests pass at least, because the TCK silently skips rules
     * that it considers optional or that need more elements.
     */
    enum Verification {
        READING("FdFlux.read FdLoops.read", Reading.class, 26),
        WRITING("FdFlux.write FdLoops.write", Writing.class, 7),
        SOURCE_OF_WRITING("", SourceOfWriting.class, 11),
        ACCEPTING("FdFlux.accept", DescriptorVerifications.Accepting.class, 17),
        CONNECTING("FdFlux.connect", DescriptorVerifications.Connecting.class, 12),
        READINESS("FdFlux.readiness", DescriptorVerifications.Readiness.class, 17),
        TERMINAL_SIZES("FdFlux.terminalSizes", SourceVerifications.Sizes.class, 19),
        READING_PATHS("", FileVerifications.ReadingOnLoops.class, 27),
        WRITING_PATHS("", FileVerifications.WritingOnLoops.class, 7),
        READING_FILES("FileFlux.read", FileVerifications.Reading.class, 27),
        WRITING_FILES("FileFlux.write FileFlux.append", FileVerifications.Writing.class, 7),
        SOURCE_OF_WRITING_FILES("", FileVerifications.SourceOfWriting.class, 11),
        CHANGES("FileFlux.changes", FileVerifications.Changes.class, 17),
        TAIL("FileFlux.tail", FileVerifications.Tail.class, 19),
        LINES("FileFlux.lines", FileVerifications.Lines.class, 19),
        SIGNALS("SignalFlux.on", SourceVerifications.Signals.class, 19),
        SEVERAL_SIGNALS("", SourceVerifications.SeveralSignals.class, 19),
        PASS_ON("SignalFlux.passOn", SourceVerifications.PassOn.class, 10),
        EXIT("ProcessFlux.exit", SourceVerifications.Exit.class, 10),
        START("ProcessFlux.start", ProcessVerifications.Start.class, 12),
        USING("ProcessFlux.using", ProcessVerifications.Using.class, 27),
        OUTPUT("ProcessFlux.output", ProcessVerifications.Output.class, 27),
        OUTPUT_OF_CHILD("ChildProcess.output", ProcessVerifications.OutputOfChild.class, 25),
        ERRORS_OF_CHILD("ChildProcess.errors", ProcessVerifications.ErrorsOfChild.class, 25),
        INPUT_OF_CHILD("ChildProcess.input", ProcessVerifications.InputOfChild.class, 7),
        SOURCE_OF_INPUT("", ProcessVerifications.SourceOfInput.class, 11),
        INPUT_AS_SUBSCRIBER("", ProcessVerifications.InputAsSubscriber.class, 11),
        EXIT_OF_CHILD("ChildProcess.exit", ProcessVerifications.ExitOfChild.class, 10),
        TICKS("TimerFlux.every", SourceVerifications.Ticks.class, 28),
        POINT_IN_TIME("TimerFlux.at", SourceVerifications.PointInTime.class, 12),
        POSTED("Posts.flux", SourceVerifications.Posted.class, 26);

        /** The methods whose results it verifies. */
        private final Set<String> methods;

        private final Class<?> tests;
        private final int passed;

        Verification(String methods, Class<?> tests, int passed) {
            this.methods = methods.isEmpty() ? Set.of() : Set.of(methods.split(" "));
            this.tests = tests;
            this.passed = passed;
        }

        boolean isOf(ITestResult result) {
            return result.getTestClass().getRealClass() == tests;
        }
    }

    private static final int AT_A_TIME = 4;

    private static final TestListenerAdapter RESULTS = new TestListenerAdapter();

    /** The classes of io.fdflux with methods that return a Publisher. */
    private static final List<Class<?>> API = List.of(
            FdFlux.class,
            FdLoops.class,
            FileFlux.class,
            SignalFlux.class,
            ProcessFlux.class,
            ChildProcess.class,
            TimerFlux.class,
            Posts.class);

    @Test
    void everyPublisherHasAVerification() {
        Set<String> publishers = new TreeSet<>();
        for (Class<?> type : API) {
            Stream.of(type.getMethods())
                    .filter(method -> Publisher.class.isAssignableFrom(method.getReturnType()))
                    .forEach(method -> publishers.add(type.getSimpleName() + "." + method.getName()));
        }
        Set<String> verified = new TreeSet<>();
        for (Verification verification : Verification.values()) {
            verified.addAll(verification.methods);
        }
        assertThat(verified).isEqualTo(publishers);
    }

    /** Several at a time, because the rules about what must not happen wait for it. */
    @BeforeAll
    @Timeout(300)
    static void verify() {
        XmlSuite suite = new XmlSuite();
        suite.setParallel(
                XmlSuite.ParallelMode.TESTS); // CLASSES runs methods of one class at once, if they are inherited
        suite.setThreadCount(AT_A_TIME);
        for (Verification verification : Verification.values()) {
            XmlTest test = new XmlTest(suite);
            test.setName(verification.name());
            test.setXmlClasses(List.of(new XmlClass(verification.tests)));
        }
        TestNG testng = new TestNG(false);
        testng.setVerbose(0);
        testng.setXmlSuites(List.of(suite));
        testng.addListener(RESULTS);
        testng.run();
    }

    @ParameterizedTest
    @EnumSource
    void holds(Verification verification) {
        assertThat(Stream.of(RESULTS.getFailedTests(), RESULTS.getConfigurationFailures())
                        .flatMap(List::stream)
                        .filter(verification::isOf)
                        .map(ReactiveStreamsTckTest::describe))
                .isEmpty();
        assertThat(RESULTS.getPassedTests().stream().filter(verification::isOf).filter(result -> !isMulticast(result)))
                .as("passed tests")
                .hasSizeGreaterThanOrEqualTo(verification.passed);
    }

    /**
     * The TCK skips these when they fail. No publisher promises it here, and some pass now and then: two timers agree.
     */
    private static boolean isMulticast(ITestResult result) {
        return result.getName().startsWith("optional_spec111_multicast_");
    }

    private static String describe(ITestResult result) {
        return result.getName() + ": " + result.getThrowable();
    }

    /** Loops, and the descriptors that are closed with them. */
    static final class Resources implements AutoCloseable {
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

    static Descriptor closed() {
        try (Pipes.Pair pipe = Pipes.pipe()) {
            return pipe.first();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static TestEnvironment environment() {
        return new TestEnvironment(2000, 100, 100); // milliseconds: for a signal, for none, between looks
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

    static FdLoops closedLoops() {
        FdLoops loops = FdLoops.builder().loops(1).build();
        loops.close();
        return loops;
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
