package io.fdflux.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.FdFlux;
import io.fdflux.posix.Errno;
import io.fdflux.posix.PosixException;
import io.fdflux.spi.Interest;
import io.fdflux.spi.Readiness;
import io.fdflux.test.ScriptedKernel.Style;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Tests events that the contract allows but pollers seldom report, and repeated refusals. */
@ExtendWith(BuffersReleased.class)
@Timeout(30)
class UnusualEventsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @ParameterizedTest
    @EnumSource
    void aHangupWithoutReadableEndsAnIdleStream(Style style) {
        try (ScriptedKernel kernel =
                ScriptedKernel.of(style, fd -> fd.hangupAlone().pause().eof())) {
            StepVerifier.create(FdFlux.read(kernel.loops(), kernel.descriptor()), 0)
                    .then(kernel::settle)
                    .then(() -> kernel.becomeReadable(kernel.descriptor()))
                    .expectComplete()
                    .verify(PATIENCE);
            kernel.settle();
            kernel.assertNoReads();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHangupWithoutReadableLeavesTheBytesToTheirDemand(Style style) {
        try (ScriptedKernel kernel = ScriptedKernel.of(
                style, fd -> fd.hangupAlone().pause().data("ab").eof())) {
            StepVerifier.create(FdFlux.read(kernel.loops(), kernel.descriptor()).map(UnusualEventsTest::text), 0)
                    .then(kernel::settle)
                    .then(() -> kernel.becomeReadable(kernel.descriptor()))
                    .then(kernel::settle)
                    .then(kernel::assertNoReads)
                    .thenRequest(1)
                    .expectNext("ab")
                    .expectComplete()
                    .verify(PATIENCE);
        }
    }

    @Test
    void aHangupWithoutReadableIsFollowedByAReadWithDemand() {
        try (ScriptedKernel kernel =
                ScriptedKernel.of(fd -> fd.hangupAlone().wouldBlock().pause().eof())) {
            StepVerifier.create(FdFlux.read(kernel.loops(), kernel.descriptor()), 1)
                    .then(kernel::settle)
                    .then(() -> kernel.lateEvent(kernel.descriptor(), Readiness.HANGUP))
                    .then(kernel::settle)
                    .then(() -> kernel.assertReads(2))
                    .then(() -> kernel.becomeReadable(kernel.descriptor()))
                    .expectComplete()
                    .verify(PATIENCE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDescriptorThatRefusesItsWatchAndWouldBlockFails(Style style) {
        try (ScriptedKernel kernel = ScriptedKernel.of(
                style, fd -> fd.refusesWatch(Errno.EPERM).data("ab").wouldBlock())) {
            StepVerifier.create(FdFlux.read(kernel.loops(), kernel.descriptor()).map(UnusualEventsTest::text))
                    .expectNext("ab")
                    .expectErrorSatisfies(error -> assertThat(error)
                            .isInstanceOf(PosixException.class)
                            .hasMessageContaining("EAGAIN")
                            .hasMessageContaining("cannot be watched")
                            .hasMessageContaining("EPERM"))
                    .verify(PATIENCE);
            kernel.settle();
            assertThat(kernel.reads()).as("no spinning").isLessThanOrEqualTo(3);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWriterThatRefusesItsWatchAndWouldBlockFails(Style style) {
        try (ScriptedKernel kernel = ScriptedKernel.of(
                style, fd -> fd.refusesWatch(Errno.EPERM).room(1).writeWouldBlock())) {
            Mono<Void> written = FdFlux.write(
                    kernel.loops(),
                    kernel.descriptor(),
                    Mono.fromSupplier(() -> Unpooled.copiedBuffer(new byte[] {1, 2})));
            StepVerifier.create(written)
                    .expectErrorSatisfies(error -> assertThat(error).hasMessageContaining("cannot be watched"))
                    .verify(PATIENCE);
            kernel.settle();
            assertThat(kernel.writes()).as("no spinning").isLessThanOrEqualTo(3);
        }
    }

    @Test
    void aReaderThatJoinsTheWriterOfAFileIsNoSecondRefusal() {
        List<Object> signals = new CopyOnWriteArrayList<>();
        try (ScriptedKernel kernel =
                ScriptedKernel.of(fd -> fd.refusesWatch(Errno.EPERM).data("ab").eof())) {
            var never = FdFlux.write(kernel.loops(), kernel.descriptor(), Mono.<ByteBuf>never())
                    .subscribe(nothing -> {}, signals::add);
            StepVerifier.create(FdFlux.read(kernel.loops(), kernel.descriptor()).map(UnusualEventsTest::text))
                    .expectNext("ab")
                    .verifyComplete();
            kernel.settle();
            StepVerifier.create(FdFlux.read(kernel.loops(), kernel.descriptor()))
                    .expectComplete()
                    .verify(PATIENCE);
            kernel.settle();
            assertThat(signals).isEmpty();
            assertThat(kernel.armed(kernel.descriptor())).isEqualTo(Interest.NONE);
            never.dispose();
            kernel.settle();
        }
    }

    private static String text(ByteBuf buffer) {
        try {
            return buffer.toString(StandardCharsets.UTF_8);
        } finally {
            buffer.release();
        }
    }
}
