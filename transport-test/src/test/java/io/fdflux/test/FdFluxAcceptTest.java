package io.fdflux.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.FdFlux;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.posix.ClosedDescriptorException;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.PosixException;
import io.fdflux.spi.Interest;
import io.fdflux.test.ScriptedKernel.Script;
import io.fdflux.test.ScriptedKernel.Style;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** Tests {@link FdFlux#accept} over a scripted kernel of both styles. */
@ExtendWith(BuffersReleased.class)
@Timeout(30)
class FdFluxAcceptTest {

    /** After which an accept that failed for want of descriptors is tried again. */
    private static final Duration BACKOFF = Duration.ofMillis(100);

    private ScriptedKernel kernel;

    private Flux<Descriptor> accepting(Style style, Script script) {
        kernel = ScriptedKernel.of(style, script);
        return FdFlux.accept(kernel.loops(), kernel.descriptor());
    }

    @AfterEach
    void closeKernel() {
        kernel.settle();
        kernel.close();
    }

    private static Script nothing() {
        return fd -> {};
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 1: no request, no accept; each request takes one connection")
    void acceptsWhatIsRequested(Style style) {
        StepVerifier.create(
                        accepting(
                                style,
                                fd -> fd.connection(nothing())
                                        .connection(nothing())
                                        .connection(nothing())
                                        .wouldBlock()),
                        0)
                .then(kernel::settle)
                .then(kernel::assertNoReads)
                .thenRequest(1)
                .expectNextCount(1)
                .then(kernel::settle)
                .then(() -> kernel.assertReads(1))
                .thenRequest(1)
                .expectNextCount(1)
                .then(kernel::settle)
                .then(() -> kernel.assertReads(2))
                .then(() -> kernel.assertArmed(Interest.NONE))
                .thenCancel()
                .verify();
    }

    @ParameterizedTest
    @EnumSource
    void waitsForConnections(Style style) {
        StepVerifier.create(accepting(
                        style,
                        fd -> fd.pause()
                                .connection(nothing())
                                .pause()
                                .connection(nothing())
                                .wouldBlock()))
                .then(kernel::settle)
                .then(() -> kernel.assertArmed(Interest.READ))
                .then(() -> kernel.becomeReadable(kernel.descriptor()))
                .expectNextCount(1)
                .then(kernel::settle)
                .then(() -> kernel.becomeReadable(kernel.descriptor()))
                .expectNextCount(1)
                .thenCancel()
                .verify();
    }

    @ParameterizedTest
    @EnumSource
    void connectionsAreReadAndWrittenOnTheirOwn(Style style) {
        List<String> read = new CopyOnWriteArrayList<>();
        StepVerifier.create(accepting(
                                style,
                                fd -> fd.connection(one -> one.data("one").eof())
                                        .connection(two -> two.data("two").eof())
                                        .wouldBlock())
                        .take(2)
                        .flatMap(connection -> FdFlux.read(kernel.loops(), connection)
                                .doOnNext(buffer -> read.add(text(buffer)))
                                .then()
                                .doFinally(end -> connection.closeUnchecked())))
                .verifyComplete();
        assertThat(read).containsExactlyInAnyOrder("one", "two");
    }

    private static String text(ByteBuf buffer) {
        String text = buffer.toString(StandardCharsets.UTF_8);
        buffer.release();
        return text;
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("a connection that was lost before it was accepted is passed over")
    void lostConnection(Style style) {
        StepVerifier.create(accepting(
                        style,
                        fd -> fd.error(Errno.ECONNABORTED).connection(nothing()).wouldBlock()))
                .expectNextCount(1)
                .thenCancel()
                .verify();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 16: without descriptors it backs off, and goes on")
    void backsOff(Style style) {
        StepVerifier.create(accepting(
                        style,
                        fd -> fd.error(Errno.EMFILE).connection(nothing()).wouldBlock()))
                .expectSubscription()
                .then(kernel::settle)
                .then(() -> assertThat(kernel.reads()).as("one failure").isEqualTo(1))
                .then(() -> kernel.time().advance(BACKOFF.minusNanos(1)))
                .then(() -> assertThat(kernel.reads()).as("not before its time").isEqualTo(1))
                .then(() -> kernel.time().advance(Duration.ofNanos(1)))
                .expectNextCount(1)
                .thenCancel()
                .verify();
        assertThat(kernel.loops().total(Counter.ACCEPT_BACK_OFFS)).isOne();
        assertThat(kernel.reads()).as("one connection, at most one more").isBetween(2, 3);
    }

    @ParameterizedTest
    @EnumSource
    void otherErrorsEndIt(Style style) {
        StepVerifier.create(accepting(style, fd -> fd.error(Errno.EINVAL)))
                .verifyErrorSatisfies(e -> assertThat(e)
                        .isInstanceOfSatisfying(
                                PosixException.class, p -> assertThat(p.errno()).isEqualTo(Errno.EINVAL))
                        .hasMessageContaining("accept(descriptor 1000)"));
    }

    @ParameterizedTest
    @EnumSource
    void listenerThatIsClosedEndsIt(Style style) {
        StepVerifier.create(accepting(style, fd -> fd.pause()))
                .then(kernel::settle)
                .then(() -> kernel.descriptor().closeUnchecked())
                .verifyError(ClosedDescriptorException.class);
    }

    @ParameterizedTest
    @EnumSource
    void secondSubscriberIsRefused(Style style) {
        StepVerifier.create(accepting(style, fd -> fd.pause()))
                .then(kernel::settle)
                .then(() -> StepVerifier.create(FdFlux.accept(kernel.loops(), kernel.descriptor()))
                        .verifyErrorSatisfies(e -> assertThat(e).hasMessageContaining("is being read already")))
                .thenCancel()
                .verify();
    }
}
