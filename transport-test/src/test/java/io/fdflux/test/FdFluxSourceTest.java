package io.fdflux.test;

import static io.fdflux.test.FdFluxReadTest.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.FdFlux;
import io.fdflux.posix.ClosedDescriptorException;
import io.fdflux.posix.Errno;
import io.fdflux.posix.PosixException;
import io.fdflux.spi.Interest;
import io.fdflux.test.ScriptedKernel.Script;
import io.fdflux.test.ScriptedKernel.Style;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

/**
 * Tests that {@link FdFlux#write} ends with exactly one signal, for any behaviour of its source, subscriber and loops.
 */
@ExtendWith(BuffersReleased.class)
@Timeout(30)
class FdFluxSourceTest {

    private ScriptedKernel kernel;

    private Mono<Void> writing(Style style, Script script, Publisher<ByteBuf> source) {
        kernel = ScriptedKernel.of(style, script);
        return FdFlux.write(kernel.loops(), kernel.descriptor(), source);
    }

    /** A source that calls its subscriber directly, even against the rules. */
    private Mono<Void> writing(Style style, Consumer<Subscriber<? super ByteBuf>> source) {
        return writing(style, fd -> {}, (Publisher<ByteBuf>) source::accept);
    }

    @AfterEach
    void closeKernel() {
        kernel.settle();
        assertThat(kernel.armed(kernel.descriptor())).isEqualTo(Interest.NONE);
        kernel.close();
    }

    // ---- sources that break the rules

    @ParameterizedTest
    @EnumSource
    void sourceWhoseSubscribeThrows(Style style) {
        StepVerifier.create(writing(style, subscriber -> {
                    throw new IllegalArgumentException("no source");
                }))
                .verifyErrorMessage("no source");
    }

    @ParameterizedTest
    @EnumSource
    void sourceWhoseSubscribeThrowsAnError(Style style) {
        StepVerifier.create(writing(style, subscriber -> {
                    throw new StackOverflowError("deep");
                }))
                .verifyErrorMessage("deep");
    }

    @ParameterizedTest
    @EnumSource
    void errorWithoutOnSubscribe(Style style) {
        StepVerifier.create(writing(style, subscriber -> subscriber.onError(new IllegalStateException("at once"))))
                .verifyErrorMessage("at once");
    }

    @ParameterizedTest
    @EnumSource
    void completionWithoutOnSubscribe(Style style) {
        StepVerifier.create(writing(style, Subscriber::onComplete)).verifyComplete();
    }

    @ParameterizedTest
    @EnumSource
    void bufferBeforeOnSubscribe(Style style) {
        StepVerifier.create(writing(style, subscriber -> subscriber.onNext(direct("early"))))
                .verifyErrorSatisfies(e -> assertThat(e).hasMessageContaining("emitted before onSubscribe"));
        kernel.assertWrites(0);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("Reactive Streams 2.13: null throws NullPointerException to the caller, and ends the stream")
    void nullSignals(Style style) {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        StepVerifier.create(writing(style, subscriber -> {
                    assertThatThrownBy(() -> subscriber.onSubscribe(null)).satisfies(thrown::set);
                }))
                .verifyError(NullPointerException.class);
        kernel.settle();
        assertThat(thrown.get()).isInstanceOf(NullPointerException.class);
        kernel.close();
        StepVerifier.create(writing(style, subscriber -> {
                    subscriber.onSubscribe(Operators.emptySubscription());
                    assertThatThrownBy(() -> subscriber.onNext(null)).isInstanceOf(NullPointerException.class);
                }))
                .verifyError(NullPointerException.class);
        kernel.close();
        StepVerifier.create(writing(style, subscriber -> {
                    subscriber.onSubscribe(Operators.emptySubscription());
                    assertThatThrownBy(() -> subscriber.onError(null)).isInstanceOf(NullPointerException.class);
                }))
                .verifyError(NullPointerException.class);
    }

    @ParameterizedTest
    @EnumSource
    void sourceWhoseRequestThrows(Style style) {
        StepVerifier.create(writing(
                        style,
                        subscriber -> subscriber.onSubscribe(new Subscription() {
                            @Override
                            public void request(long n) {
                                throw new AssertionError("request");
                            }

                            @Override
                            public void cancel() {
                                throw new AssertionError("cancel");
                            }
                        })))
                .verifyErrorMessage("request");
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("a failing allocation, of a direct copy of two gigabytes")
    void bufferThatCannotBeCopied(Style style) {
        TestPublisher<ByteBuf> source = TestPublisher.create();
        StepVerifier.create(writing(style, fd -> {}, source))
                .then(kernel::settle)
                .then(() -> source.next(huge()))
                .verifyError(OutOfMemoryError.class);
        kernel.settle();
        source.assertCancelled();
    }

    private static ByteBuf huge() {
        int part = 1 << 20;
        int parts = 2047;
        byte[] zeros = new byte[part];
        CompositeByteBuf buffer = Unpooled.compositeBuffer(parts);
        for (int i = 0; i < parts; i++) {
            buffer.addComponent(true, Unpooled.wrappedBuffer(zeros));
        }
        return buffer;
    }

    private static ByteBuf direct(String text) {
        return ByteBufAllocator.DEFAULT.directBuffer().writeBytes(text.getBytes());
    }

    @ParameterizedTest
    @EnumSource
    void bufferThatWasReleasedAlready(Style style) {
        TestPublisher<ByteBuf> source = TestPublisher.create();
        ByteBuf released = Unpooled.buffer().writeByte(1);
        released.release();
        StepVerifier.create(writing(style, fd -> {}, source))
                .then(kernel::settle)
                .then(() -> source.next(released))
                .verifyError(io.netty.util.IllegalReferenceCountException.class);
    }

    // ---- requests

    @ParameterizedTest
    @EnumSource
    @DisplayName("Reactive Streams 3.9: a request of 0 or less is an error, inside onSubscribe too")
    void requestOfNone(Style style) {
        for (long n : new long[] {0, -1, Long.MIN_VALUE}) {
            Mono<Void> writing = writing(style, fd -> {}, Mono.never());
            AtomicReference<Throwable> error = new AtomicReference<>();
            AtomicReference<Thread> subscribing = new AtomicReference<>();
            CountDownLatch ended = new CountDownLatch(1);
            writing.subscribe(new Ended(error, ended) {
                @Override
                public void onSubscribe(Subscription subscription) {
                    subscribing.set(Thread.currentThread());
                    subscription.request(n);
                    kernel.settle();
                    assertThat(error.get()).as("onSubscribe is still running").isNull();
                }
            });
            await(ended);
            assertThat(error.get()).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("3.9");
            kernel.settle();
            kernel.close();
        }
    }

    private abstract static class Ended implements CoreSubscriber<Void> {
        private final AtomicReference<Throwable> error;
        private final CountDownLatch ended;

        Ended(AtomicReference<Throwable> error, CountDownLatch ended) {
            this.error = error;
            this.ended = ended;
        }

        @Override
        public void onNext(Void none) {}

        @Override
        public void onError(Throwable cause) {
            error.set(cause);
            ended.countDown();
        }

        @Override
        public void onComplete() {
            ended.countDown();
        }
    }

    // ---- hang-up

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 9: a silent source is cancelled when the pipe's reader closes")
    void silentSource(Style style) {
        TestPublisher<ByteBuf> source = TestPublisher.create();
        StepVerifier.create(writing(style, fd -> fd.pause().eof().writeError(Errno.EPIPE), source))
                .then(kernel::settle)
                .then(() -> kernel.becomeReadable(kernel.descriptor()))
                .verifyErrorSatisfies(FdFluxSourceTest::isBrokenPipe);
        kernel.settle();
        source.assertCancelled();
        kernel.assertWrites(0);
    }

    private static void isBrokenPipe(Throwable error) {
        assertThat(error)
                .isInstanceOfSatisfying(
                        PosixException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EPIPE));
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("writes to a peer that has shut down its output succeed")
    void halfClosedPeer(Style style) {
        TestPublisher<ByteBuf> source = TestPublisher.create();
        StepVerifier.create(writing(style, fd -> fd.stream().pause().eof(), source))
                .then(kernel::settle)
                .then(() -> kernel.becomeReadable(kernel.descriptor()))
                .then(kernel::settle)
                .then(() -> source.next(direct("answer")))
                .then(source::complete)
                .verifyComplete();
        assertThat(kernel.written(kernel.descriptor())).isEqualTo("answer");
    }

    // ---- closed loops and descriptors

    @ParameterizedTest
    @EnumSource
    void loopsThatWereClosedBefore(Style style) {
        Mono<Void> writing = writing(style, fd -> {}, Mono.fromCallable(() -> direct("never")));
        kernel.loops().close();
        StepVerifier.create(writing)
                .verifyErrorSatisfies(e -> assertThat(e).hasMessageContaining("the loops have been closed"));
        kernel.assertWrites(0);
    }

    @ParameterizedTest
    @EnumSource
    void loopsThatCloseWhileTheSourceIsSilent(Style style) {
        AtomicReference<Subscriber<? super ByteBuf>> writer = new AtomicReference<>();
        StepVerifier.create(writing(style, subscriber -> {
                    writer.set(subscriber);
                    subscriber.onSubscribe(Operators.emptySubscription());
                }))
                .then(kernel::settle)
                .then(() -> kernel.loops().close())
                .verifyErrorSatisfies(e -> assertThat(e).hasMessageContaining("closed by its loop"));
        writer.get().onNext(direct("after")); // is released
        writer.get().onComplete();
        kernel.assertWrites(0);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("a stream that is subscribed while the loop shuts down ends too")
    void subscribedWhileTheLoopShutsDown(Style style) {
        AtomicReference<Throwable> second = new AtomicReference<>();
        StepVerifier.create(writing(style, fd -> {}, Mono.never())
                        .doOnError(e -> FdFlux.write(kernel.loops(), kernel.descriptor(), Mono.never())
                                .subscribe(null, second::set)))
                .then(kernel::settle)
                .then(() -> kernel.loops().close())
                .verifyError();
        assertThat(second.get()).isNotNull();
    }

    @ParameterizedTest
    @EnumSource
    void descriptorThatIsClosedUnderASilentSource(Style style) {
        TestPublisher<ByteBuf> source = TestPublisher.create();
        StepVerifier.create(writing(style, fd -> {}, source))
                .then(kernel::settle)
                .then(() -> kernel.descriptor().closeUnchecked())
                .verifyError(ClosedDescriptorException.class);
        kernel.settle();
        source.assertCancelled();
    }

    // ---- messages

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 20: an empty buffer is a message on a descriptor with messages")
    void emptyMessages(Style style) {
        StepVerifier.create(writing(
                        style,
                        DescriptorScript::messages,
                        reactor.core.publisher.Flux.just("a", "", "b").map(FdFluxSourceTest::direct)))
                .verifyComplete();
        kernel.assertWrites(3);
    }
}
