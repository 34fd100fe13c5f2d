package io.fdflux.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.FdFlux;
import io.fdflux.spi.Interest;
import io.fdflux.spi.Readiness;
import io.netty.buffer.ByteBuf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests the scripted kernel's messages about wrong use, by the test itself and by the code under test. */
@ExtendWith(BuffersReleased.class)
@Timeout(30)
class ScriptedKernelTest {

    @Test
    void readBeyondTheScriptFailsTheTest() {
        ScriptedKernel kernel = ScriptedKernel.of(fd -> fd.data("a"));
        FdFlux.read(kernel.loops(), kernel.descriptor()).subscribe(ByteBuf::release, closed -> {});
        assertThatThrownBy(kernel::settle)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("read number 2 of descriptor 1000")
                .hasMessageContaining("beyond its script");
        assertThatThrownBy(kernel::close).isInstanceOf(AssertionError.class);
    }

    @Test
    void wrongNumberOfReadsNamesTheNextStep() {
        try (ScriptedKernel kernel = ScriptedKernel.of(fd -> fd.data("ab").eof())) {
            assertThatThrownBy(() -> kernel.assertReads(1))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("1 reads expected, 0 made")
                    .hasMessageContaining("data of 2 bytes");
            assertThatThrownBy(() -> kernel.assertArmed(Interest.READ)).isInstanceOf(AssertionError.class);
        }
    }

    @Test
    void theLoopCannotWaitForItself() throws Exception {
        try (ScriptedKernel kernel = ScriptedKernel.of()) {
            Throwable thrown =
                    kernel.loops().group().submit(kernel::settle).await().cause();
            assertThat(thrown).isInstanceOf(IllegalStateException.class).hasMessageContaining("itself");
        }
    }

    @Test
    void strangersAndUnwatchedDescriptorsAreRefused() {
        try (ScriptedKernel one = ScriptedKernel.of(fd -> fd.eof());
                ScriptedKernel other = ScriptedKernel.of(fd -> fd.eof())) {
            assertThatThrownBy(() -> one.reads(other.descriptor())).hasMessageContaining("not this kernel's");
            assertThatThrownBy(() -> one.lateEvent(one.descriptor(), Readiness.READABLE))
                    .hasMessageContaining("never watched");
            assertThatThrownBy(() -> one.reopen(one.descriptor(), fd -> fd.eof()))
                    .hasMessageContaining("still open");
        }
    }

    @Test
    void pollerHoldsItsCallerToTheContract() {
        ScriptedMachine machine = new ScriptedMachine(ScriptedKernel.Style.WATCH_PERSISTS);
        ScriptedPoller poller = new ScriptedPoller(machine);
        poller.update(7, Interest.NONE, Interest.READ, 1);
        poller.close();
        poller.forget(7, 1);
        assertThatThrownBy(machine.problems::throwIfAny)
                .hasMessageContaining("update of descriptor 7, which is not open")
                .hasMessageContaining("forget after close");
    }

    @Test
    void staleTokensAreProblemsOfTheTest() {
        ScriptedMachine machine = new ScriptedMachine(ScriptedKernel.Style.WATCH_PERSISTS);
        ScriptedPoller poller = new ScriptedPoller(machine);
        machine.add(7, fd -> fd.wouldBlock());
        poller.update(7, Interest.NONE, Interest.READ, 1);
        machine.add(7, fd -> fd.wouldBlock());
        poller.update(7, Interest.NONE, Interest.READ, 2);
        poller.update(7, Interest.READ, Interest.NONE, 1);
        poller.forget(7, 1);
        poller.forget(7, 3); // an unknown token, so the number's owner does not change
        poller.forget(7, 2);
        poller.update(7, Interest.NONE, Interest.READ, 2);
        assertThatThrownBy(machine.problems::throwIfAny)
                .message()
                .satisfies(problems -> assertThat(problems.lines())
                        .hasSize(3)
                        .satisfiesExactly(
                                line -> assertThat(line)
                                        .startsWith("update of descriptor 7")
                                        .endsWith("under token 1, which is stale"),
                                line -> assertThat(line)
                                        .isEqualTo("forget of descriptor 7 under token 1, which is stale"),
                                line -> assertThat(line)
                                        .startsWith("update of descriptor 7")
                                        .endsWith("under token 2, which is stale")));
    }

    @Test
    void scriptsThatMakeNoSenseAreRefused() {
        DescriptorScript script = new DescriptorScript();
        assertThatThrownBy(() -> script.data("")).hasMessageContaining("no bytes");
        assertThatThrownBy(() -> script.room(0)).hasMessageContaining("room for 0 bytes");
        assertThatThrownBy(() -> script.error(io.fdflux.posix.Errno.EAGAIN)).hasMessageContaining("wouldBlock()");
        assertThatThrownBy(() -> script.writeError(-1)).isInstanceOf(IllegalArgumentException.class);
    }
}
