package io.fdflux.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.FdFlux;
import io.fdflux.engine.Registration;
import io.fdflux.loop.LoopHandle;
import io.fdflux.spi.Interest;
import io.fdflux.test.ScriptedKernel.Style;
import io.netty.buffer.ByteBuf;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests invariant 21: an exception of a handle ends its own stream only, even if it is an Error. */
@ExtendWith(BuffersReleased.class)
@Timeout(30)
class HandleErrorsTest {

    /** The exceptions. */
    enum Thrown {
        ASSERTION(() -> new AssertionError("user code")),
        OUT_OF_MEMORY(() -> new OutOfMemoryError("user code")),
        STACK_OVERFLOW(() -> new StackOverflowError("user code"));

        final Supplier<Error> error;

        Thrown(Supplier<Error> error) {
            this.error = error;
        }
    }

    /** The methods that throw. */
    enum Place {
        ATTEMPT,
        HANGUP,
        REFUSED,
        CLOSE,
        UNREGISTERED
    }

    /** A handle over a scripted descriptor that throws in one place. */
    private static class Throwing implements LoopHandle {
        private final int fd;
        private final Place place;
        private final Thrown thrown;
        final AtomicInteger closes = new AtomicInteger();
        IoRegistration registration;

        Throwing(int fd, Place place, Thrown thrown) {
            this.fd = fd;
            this.place = place;
            this.thrown = thrown;
        }

        private void at(Place here) {
            if (place == here) {
                throw thrown.error.get();
            }
        }

        @Override
        public int fd() {
            return fd;
        }

        @Override
        public boolean isStream() {
            return false;
        }

        @Override
        public void attemptRead() {
            Registration attachment = registration.attachment();
            attachment.dropRead();
            at(Place.ATTEMPT);
            if (place != Place.HANGUP && place != Place.REFUSED) {
                throw new IllegalStateException("so that it is closed");
            }
        }

        @Override
        public void attemptWrite() {}

        @Override
        public void onHangup() {
            at(Place.HANGUP);
        }

        @Override
        public void onWatchRefused(int errno) {
            at(Place.REFUSED);
        }

        @Override
        public void unregistered() {
            at(Place.UNREGISTERED);
        }

        @Override
        public void close() {
            closes.incrementAndGet();
            at(Place.CLOSE);
            registration.cancel();
        }
    }

    private static String text(ByteBuf buffer) {
        try {
            return buffer.toString(StandardCharsets.UTF_8);
        } finally {
            buffer.release();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ATTEMPT, ASSERTION",
        "ATTEMPT, OUT_OF_MEMORY",
        "ATTEMPT, STACK_OVERFLOW",
        "HANGUP, ASSERTION",
        "HANGUP, STACK_OVERFLOW",
        "REFUSED, ASSERTION",
        "REFUSED, OUT_OF_MEMORY",
        "CLOSE, ASSERTION",
        "CLOSE, OUT_OF_MEMORY",
        "CLOSE, STACK_OVERFLOW",
        "UNREGISTERED, ASSERTION",
        "UNREGISTERED, OUT_OF_MEMORY"
    })
    void theLoopGoesOnAndItsNeighbourIsServed(Place place, Thrown thrown) {
        List<String> got = new CopyOnWriteArrayList<>();
        try (ScriptedKernel kernel = ScriptedKernel.of(
                fd -> {
                    fd.pause().eof();
                    if (place == Place.REFUSED) {
                        fd.refusesWatch(22);
                    }
                },
                fd -> fd.pause().data("neighbour").eof())) {
            FdFlux.read(kernel.loops(), kernel.descriptor(1))
                    .map(HandleErrorsTest::text)
                    .subscribe(got::add, error -> {}, () -> got.add("end"));
            Throwing handle = new Throwing(kernel.descriptor(0).number(), place, thrown);
            IoEventLoop loop = kernel.loops().group().next();
            loop.submit(() -> {
                        handle.registration = loop.register(handle).getNow();
                        Registration attachment = handle.registration.attachment();
                        attachment.watchHangup(true);
                        if (place != Place.HANGUP && place != Place.REFUSED) {
                            attachment.wantRead();
                        }
                    })
                    .syncUninterruptibly();
            kernel.settle();
            kernel.becomeReadable(kernel.descriptor(0));
            kernel.becomeReadable(kernel.descriptor(1));
            kernel.settle();

            assertThat(handle.closes).as("its own stream ends").hasValue(1);
            assertThat(handle.registration.isValid()).isFalse();
            assertThat(kernel.armed(kernel.descriptor(0))).isEqualTo(Interest.NONE);
            assertThat(got).as("the neighbour's signals").containsExactly("neighbour", "end");
            assertThat(loop.isShuttingDown()).isFalse();
            assertThat(loop.submit(() -> "alive").syncUninterruptibly().getNow())
                    .isEqualTo("alive");
        }
    }

    @ParameterizedTest
    @EnumSource
    void thePollerIsClosedInTheEnd(Thrown thrown) {
        ScriptedKernel kernel = ScriptedKernel.of(fd -> fd.pause(), fd -> fd.pause());
        List<Throwable> ends = new CopyOnWriteArrayList<>();
        IoEventLoop loop = kernel.loops().group().next();
        Throwing handle = new Throwing(kernel.descriptor(0).number(), Place.CLOSE, thrown);
        loop.submit(() -> {
                    handle.registration = loop.register(handle).getNow();
                })
                .syncUninterruptibly();
        FdFlux.read(kernel.loops(), kernel.descriptor(1)).subscribe(ByteBuf::release, ends::add);
        kernel.settle();
        kernel.close();
        assertThat(handle.closes).hasPositiveValue();
        assertThat(ends).as("the neighbour's end").hasSize(1);
        assertThat(kernel.isPollerClosed()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void aHandleThatFailsToBeRegisteredIsForgotten(Style style) {
        try (ScriptedKernel kernel = ScriptedKernel.of(style, fd -> fd.pause().eof())) {
            IoEventLoop loop = kernel.loops().group().next();
            LoopHandle handle = new Throwing(kernel.descriptor(0).number(), Place.ATTEMPT, Thrown.ASSERTION) {
                @Override
                public void registered() {
                    throw new AssertionError("user code");
                }
            };
            assertThatThrownBy(() -> loop.submit(() -> {
                                var future = loop.register(handle);
                                if (future.cause() != null) {
                                    throw new IllegalStateException(future.cause());
                                }
                            })
                            .sync())
                    .hasStackTraceContaining("user code");
            kernel.settle();
            assertThat(kernel.armed(kernel.descriptor())).isEqualTo(Interest.NONE);
        }
    }
}
