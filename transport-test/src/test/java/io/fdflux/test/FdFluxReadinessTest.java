package io.fdflux.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.FdFlux;
import io.fdflux.posix.ClosedDescriptorException;
import io.fdflux.spi.Interest;
import io.fdflux.test.ScriptedKernel.Script;
import io.fdflux.test.ScriptedKernel.Style;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** Tests {@link FdFlux#readiness} over a scripted kernel of both styles. */
@Timeout(30)
class FdFluxReadinessTest {

    private ScriptedKernel kernel;

    private Flux<Long> readiness(Style style, int interest, Script script) {
        kernel = ScriptedKernel.of(style, script);
        return FdFlux.readiness(kernel.loops(), kernel.descriptor(), interest);
    }

    @AfterEach
    void closeKernel() {
        if (kernel != null) {
            kernel.settle();
            kernel.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("what is ready already is reported without the poller, with its bytes, and nothing is read")
    void readyAtOnce(Style style) {
        StepVerifier.create(readiness(style, Interest.READ, fd -> fd.data("abc").wouldBlock()), 0)
                .then(kernel::settle)
                .thenRequest(1)
                .expectNext(3L)
                .then(kernel::settle)
                .then(() -> assertThat(kernel.readArms()).isZero())
                .thenRequest(1)
                .as("nobody has read")
                .expectNext(3L)
                .then(kernel::assertNoReads)
                .thenCancel()
                .verify();
    }

    @ParameterizedTest
    @EnumSource
    void waits(Style style) {
        StepVerifier.create(
                        readiness(
                                style,
                                Interest.READ,
                                fd -> fd.pause().data("ab").wouldBlock()),
                        1)
                .then(kernel::settle)
                .then(() -> kernel.assertArmed(Interest.READ))
                .then(() -> kernel.becomeReadable(kernel.descriptor()))
                .expectNext(2L)
                .thenCancel()
                .verify();
        kernel.assertNoReads();
    }

    @ParameterizedTest
    @EnumSource
    void waitsToWrite(Style style) {
        StepVerifier.create(readiness(style, Interest.WRITE, fd -> fd.writePause()), 1)
                .then(kernel::settle)
                .then(() -> kernel.assertArmed(Interest.WRITE))
                .then(() -> kernel.becomeWritable(kernel.descriptor()))
                .expectNext(-1L)
                .thenCancel()
                .verify();
        kernel.assertWrites(0);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("a spurious event delivers nothing")
    void spuriousEvent(Style style) {
        StepVerifier.create(
                        readiness(
                                style,
                                Interest.READ,
                                fd -> fd.spuriousEvent().data("a").wouldBlock()),
                        1)
                .expectNext(1L)
                .thenCancel()
                .verify();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("the end is readiness: a read would return it")
    void end(Style style) {
        StepVerifier.create(readiness(style, Interest.READ, fd -> fd.pause().eof()), 1)
                .then(kernel::settle)
                .then(() -> kernel.becomeReadable(kernel.descriptor()))
                .expectNext(0L)
                .thenCancel()
                .verify();
    }

    @ParameterizedTest
    @EnumSource
    void descriptorThatIsClosedEndsIt(Style style) {
        StepVerifier.create(readiness(style, Interest.READ, fd -> fd.pause()))
                .then(kernel::settle)
                .then(() -> kernel.descriptor().closeUnchecked())
                .verifyError(ClosedDescriptorException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {Interest.NONE, Interest.READ | Interest.WRITE, Interest.HANGUP})
    void oneDirectionOnly(int interest) {
        assertThatThrownBy(() -> readiness(Style.WATCH_PERSISTS, interest, fd -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("one of Interest.READ and Interest.WRITE");
    }
}
