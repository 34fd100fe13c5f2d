package io.fdflux.test;

import static io.fdflux.test.FdFluxReadTest.await;
import static io.fdflux.test.FdFluxReadTest.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.FdFlux;
import io.fdflux.posix.Errno;
import io.fdflux.spi.Interest;
import io.fdflux.test.ScriptedKernel.Style;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** Tests invariant 21: an exception of user code ends its own stream only, even if it is an Error. */
@ExtendWith(BuffersReleased.class)
@Timeout(30)
class FdFluxUserCodeTest {

    private ScriptedKernel kernel;

    static Stream<Arguments> thrown() {
        Stream<Supplier<Throwable>> all = Stream.of(
                () -> new IllegalArgumentException("user code"),
                () -> new AssertionError("user code"),
                () -> new OutOfMemoryError("user code"),
                () -> new StackOverflowError("user code"));
        return all.flatMap(t -> Stream.of(Style.values()).map(style -> Arguments.of(style, t.get())));
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void raise(Throwable t) throws T {
        throw (T) t;
    }

    /** Opens a descriptor whose user throws, with more data, and a neighbour. */
    private void open(Style style) {
        kernel = ScriptedKernel.of(
                style,
                fd -> fd.pause().data("a").data("b").eof(),
                fd -> fd.pause().data("neighbour").eof());
    }

    @AfterEach
    void closeKernel() {
        kernel.settle();
        for (int i = 0; i < 2; i++) {
            assertThat(kernel.armed(kernel.descriptor(i))).isEqualTo(Interest.NONE);
            assertThat(kernel.isNonBlocking(kernel.descriptor(i)))
                    .as("O_NONBLOCK is restored")
                    .isFalse();
        }
        kernel.close();
    }

    /** Makes the first descriptor's user throw, and expects the neighbour to continue. */
    private void neighbourGoesOn(Runnable subscribe) {
        StepVerifier.create(text(FdFlux.read(kernel.loops(), kernel.descriptor(1))))
                .then(kernel::settle)
                .then(subscribe)
                .then(kernel::settle)
                .then(() -> kernel.becomeReadable(kernel.descriptor(0)))
                .then(kernel::settle)
                .then(() -> kernel.becomeReadable(kernel.descriptor(1)))
                .expectNext("neighbour")
                .verifyComplete();
    }

    @ParameterizedTest
    @MethodSource("thrown")
    @DisplayName("in onNext: the subscriber gets onError, and the writer of the same descriptor continues")
    void onNext(Style style, Throwable thrown) {
        open(style);
        AtomicReference<Throwable> error = new AtomicReference<>();
        CountDownLatch written = new CountDownLatch(1);
        CountDownLatch more = new CountDownLatch(1);
        neighbourGoesOn(() -> {
            FdFlux.write(
                            kernel.loops(),
                            kernel.descriptor(0),
                            Flux.<ByteBuf>create(sink -> Thread.ofPlatform().start(() -> {
                                await(more);
                                sink.next(Unpooled.directBuffer().writeByte('w'));
                                sink.complete();
                            })))
                    .subscribe(null, null, written::countDown);
            FdFlux.read(kernel.loops(), kernel.descriptor(0)).subscribe(new Throwing() {
                @Override
                public void onNext(ByteBuf buffer) {
                    buffer.release();
                    raise(thrown);
                }

                @Override
                public void onError(Throwable cause) {
                    error.set(cause);
                }
            });
        });
        assertThat(error.get()).hasMessageContaining("threw in onNext").hasCause(thrown);
        assertThat(kernel.reads(kernel.descriptor(0)))
                .as("a read that would block and one that delivers")
                .isEqualTo(2);
        more.countDown();
        await(written);
        kernel.settle();
        assertThat(kernel.written(kernel.descriptor(0))).isEqualTo("w");
    }

    private abstract static class Throwing implements CoreSubscriber<ByteBuf> {
        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(ByteBuf buffer) {
            buffer.release();
        }

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onComplete() {}
    }

    @ParameterizedTest
    @MethodSource("thrown")
    void onNextAndOnError(Style style, Throwable thrown) {
        open(style);
        neighbourGoesOn(() -> FdFlux.read(kernel.loops(), kernel.descriptor(0)).subscribe(new Throwing() {
            @Override
            public void onNext(ByteBuf buffer) {
                buffer.release();
                raise(thrown);
            }

            @Override
            public void onError(Throwable cause) {
                raise(thrown);
            }
        }));
    }

    @ParameterizedTest
    @MethodSource("thrown")
    void onComplete(Style style, Throwable thrown) {
        open(style);
        neighbourGoesOn(() -> FdFlux.read(kernel.loops(), kernel.descriptor(0)).subscribe(new Throwing() {
            @Override
            public void onComplete() {
                raise(thrown);
            }
        }));
    }

    @ParameterizedTest
    @MethodSource("thrown")
    @DisplayName("in onSubscribe: nothing is read, and the descriptor is released")
    void onSubscribe(Style style, Throwable thrown) {
        open(style);
        neighbourGoesOn(() -> {
            try {
                FdFlux.read(kernel.loops(), kernel.descriptor(0)).subscribe(new Throwing() {
                    @Override
                    public void onSubscribe(Subscription subscription) {
                        subscription.request(1);
                        raise(thrown);
                    }
                });
            } catch (Throwable t) {
                assertThat(t).isSameAs(thrown); // Reactor rethrows fatal ones
            }
        });
        assertThat(kernel.reads(kernel.descriptor(0))).isZero();
        assertThatThrownBy(kernel.descriptor(0)::release)
                .as("no lease is left")
                .isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @MethodSource("thrown")
    @DisplayName("in onError of a failed write: the reader gets its own error")
    void onErrorOfTheWriter(Style style, Throwable thrown) {
        kernel = ScriptedKernel.of(
                style,
                fd -> fd.pause().data("a").eof().writeError(Errno.EPIPE),
                fd -> fd.pause().data("neighbour").eof());
        StepVerifier.create(text(FdFlux.read(kernel.loops(), kernel.descriptor(0))))
                .then(kernel::settle)
                .then(() -> FdFlux.write(
                                kernel.loops(),
                                kernel.descriptor(0),
                                Flux.just(1).map(i -> Unpooled.directBuffer().writeByte(i)))
                        .subscribe(new CoreSubscriber<>() {
                            @Override
                            public void onSubscribe(Subscription subscription) {}

                            @Override
                            public void onNext(Void none) {}

                            @Override
                            public void onError(Throwable cause) {
                                raise(thrown);
                            }

                            @Override
                            public void onComplete() {}
                        }))
                .then(kernel::settle)
                .then(() -> kernel.becomeReadable(kernel.descriptor(0)))
                .expectNext("a")
                .verifyComplete();
    }
}
