package io.fdflux.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.FdFlux;
import io.fdflux.posix.ClosedDescriptorException;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.PosixException;
import io.fdflux.posix.Pty;
import io.fdflux.posix.Terminal;
import io.fdflux.posix.TerminalSize;
import io.fdflux.posix.io.Io;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** Tests {@link FdFlux#terminalSizes}: a real pseudo-terminal, and SIGWINCH of a scripted kernel. */
@Timeout(30)
class TerminalSizesTest {

    private static final TerminalSize SMALL = new TerminalSize(80, 24);
    private static final TerminalSize LARGE = new TerminalSize(132, 43);
    private static final TerminalSize WIDE = new TerminalSize(200, 24);

    private final ScriptedKernel kernel = ScriptedKernel.of();
    private Pty pty;
    private Descriptor descriptor;
    private Flux<TerminalSize> sizes;

    @BeforeEach
    void open() throws IOException {
        pty = Pty.open();
        descriptor = pty.openTerminal();
        resize(SMALL);
        sizes = FdFlux.terminalSizes(kernel.loops(), Terminal.of(descriptor));
    }

    @AfterEach
    void close() throws IOException {
        kernel.close();
        descriptor.close();
        pty.close();
    }

    private void resize(TerminalSize size) {
        try {
            Terminal.of(pty.master()).resize(size);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void change(TerminalSize size) {
        resize(size);
        kernel.signal("WINCH");
        kernel.settle();
    }

    /** The master reads EIO once no descriptor of the other side is open. */
    private void assertNumberIsClosed() {
        try (Arena arena = Arena.ofConfined()) {
            assertThat(Io.read(pty.master().number(), arena.allocate(1).address(), 1))
                    .isEqualTo(-Errno.EIO);
        }
    }

    @Test
    void thePresentSizeIsFollowedByEachOther() {
        StepVerifier.create(sizes)
                .expectNext(SMALL)
                .then(kernel::settle)
                .then(() -> change(LARGE))
                .expectNext(LARGE)
                .then(() -> change(LARGE)) // not repeated
                .then(() -> change(SMALL))
                .expectNext(SMALL)
                .thenCancel()
                .verify();
        kernel.settle();
        assertThat(kernel.sources()).isZero();
        descriptor.closeUnchecked();
        assertNumberIsClosed();
    }

    @Test
    void withoutDemandOnlyTheLatestIsDelivered() {
        StepVerifier.create(sizes, 0)
                .expectSubscription()
                .then(kernel::settle)
                .then(() -> change(LARGE)) // before the first request: no change is missed, none comes twice
                .thenRequest(1)
                .expectNext(LARGE)
                .then(kernel::settle)
                .then(() -> change(SMALL))
                .then(() -> change(LARGE))
                .then(() -> change(WIDE))
                .thenRequest(1)
                .expectNext(WIDE)
                .thenRequest(1)
                .then(kernel::settle)
                .then(() -> change(SMALL))
                .expectNext(SMALL)
                .thenCancel()
                .verify();
    }

    @Test
    void eachSubscriberBeginsWithThePresentSize() {
        StepVerifier.create(sizes.take(1)).expectNext(SMALL).verifyComplete();
        resize(LARGE);
        StepVerifier.create(sizes.take(1)).expectNext(LARGE).verifyComplete();
    }

    @Test
    void theOwnersCloseEndsIt() {
        StepVerifier.create(sizes)
                .expectNext(SMALL)
                .then(kernel::settle)
                .then(descriptor::closeUnchecked)
                .verifyError(ClosedDescriptorException.class);
        kernel.settle();
        assertThat(kernel.sources()).isZero();
        assertNumberIsClosed();
        StepVerifier.create(sizes).verifyError(ClosedDescriptorException.class);
    }

    @Test
    void aTerminalThatHasHungUpEndsItAtTheNextSignal() {
        StepVerifier.create(sizes)
                .expectNext(SMALL)
                .then(kernel::settle)
                .then(() -> pty.master().closeUnchecked())
                .then(() -> kernel.signal("WINCH"))
                .verifyErrorSatisfies(e -> assertThat(e)
                        .isInstanceOfSatisfying(
                                PosixException.class, p -> assertThat(p.errno()).isEqualTo(Errno.EIO)));
    }

    @Test
    void closedLoopsEndIt() {
        StepVerifier.create(sizes)
                .expectNext(SMALL)
                .then(() -> kernel.loops().close())
                .verifyErrorMessage("the size of the terminal of " + descriptor + " was closed by its loop");
    }
}
