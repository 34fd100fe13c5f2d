package io.fdflux.posix.poll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.Constants;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Takes and gives back the JVM's reaction to SIGWINCH, which nothing else in a JVM without a terminal uses. */
@Timeout(30)
class JvmSignalsTest {

    private static final String NAME = "WINCH";

    private final List<String> called = new CopyOnWriteArrayList<>();
    private final Runnable first = () -> called.add("first");
    private final Runnable second = () -> called.add("second");
    private Object before;

    @BeforeEach
    void installTheApplicationsHandler() throws Exception {
        before = Signals.install(NAME, () -> called.add("application"));
    }

    @AfterEach
    void restore() throws Exception {
        JvmSignals.release(Signals.WINCH, first);
        JvmSignals.release(Signals.WINCH, second);
        Signals.restore(NAME, before);
    }

    private void sendAndAwait(String... expected) throws Exception {
        called.clear();
        Signals.send(NAME);
        await().until(() -> called.size() >= expected.length);
        assertThat(called).containsExactly(expected);
    }

    @Test
    void listenersAreCalledInsteadOfTheFormerHandler() throws Exception {
        sendAndAwait("application");
        assertThat(JvmSignals.take(Signals.WINCH, first)).isZero();
        sendAndAwait("first");
        assertThat(JvmSignals.take(Signals.WINCH, second)).isZero();
        sendAndAwait("first", "second");
        JvmSignals.release(Signals.WINCH, first);
        JvmSignals.release(Signals.WINCH, first);
        sendAndAwait("second");
        JvmSignals.release(Signals.WINCH, second);
        sendAndAwait("application");
    }

    @Test
    void aListenerThatIsAddedTwiceIsRemovedTwice() throws Exception {
        assertThat(JvmSignals.take(Signals.WINCH, first)).isZero();
        assertThat(JvmSignals.take(Signals.WINCH, first)).isZero();
        JvmSignals.release(Signals.WINCH, first);
        sendAndAwait("first");
        JvmSignals.release(Signals.WINCH, first);
        sendAndAwait("application");
    }

    @Test
    void aHandlerThatSomebodyHasInstalledMeanwhileStays() throws Exception {
        assertThat(JvmSignals.take(Signals.WINCH, first)).isZero();
        Signals.install(NAME, () -> called.add("newcomer"));
        sendAndAwait("newcomer");
        JvmSignals.release(Signals.WINCH, first);
        sendAndAwait("newcomer");
    }

    @Test
    void aDeliveryIsPassedOnToTheFormerHandler() throws Exception {
        assertThat(JvmSignals.passOn(Signals.WINCH)).as("not taken").isFalse();
        assertThat(JvmSignals.take(Signals.WINCH, first)).isZero();
        assertThat(JvmSignals.passOn(Signals.WINCH)).isTrue();
        assertThat(called).containsExactly("application");
    }

    @Test
    void whatTheKernelWouldDoIsNotPassedOn() throws Exception {
        Signals.restore(NAME, before); // the kernel's, which ignores it: signal(7)
        assertThat(JvmSignals.take(Signals.WINCH, first)).isZero();
        assertThat(JvmSignals.passOn(Signals.WINCH)).isFalse();
        JvmSignals.release(Signals.WINCH, first);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SIGKILL", "SIGSTOP", "SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGQUIT", "SIGUSR2"})
    void aSignalThatTheJvmNeedsIsNotTaken(String name) {
        assertThat(JvmSignals.isAvailable()).isTrue();
        assertThat(JvmSignals.take(Constants.value(name), first)).isEqualTo(-Errno.EBUSY);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1000})
    void aNumberThatIsNoSignalIsNotTaken(int number) {
        assertThat(JvmSignals.take(number, first)).isEqualTo(-Errno.EINVAL);
        JvmSignals.release(number, first);
    }

    /** The signal by which HotSpot suspends threads is a setting. */
    @ParameterizedTest
    @CsvSource({
        "USR2, 12, , true",
        "USR2, 12, ' ', true",
        "USR2, 12, 40, false",
        "USR1, 10, , false",
        "USR1, 10, 10, true",
        "USR1, 10, ' 10', true",
        "TERM, 15, 10, false",
        "SEGV, 11, 10, true"
    })
    void theSignalOfSuspensionIsASetting(String name, int number, String setting, boolean reserved) {
        assertThat(JvmSignals.isReserved(name, number, setting)).isEqualTo(reserved);
    }
}
