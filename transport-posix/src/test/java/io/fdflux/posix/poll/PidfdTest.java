package io.fdflux.posix.poll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.Constants;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@EnabledOnOs(OS.LINUX)
@Timeout(30)
class PidfdTest {

    private static final int ABORT = 6;

    /** The status is that of wait(2), which still gets it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"exit 7 | 0x700", "exit 0 | 0", "exit 255 | 0xff00", "kill -9 $$ | 9", "kill -TERM $$ | 15"})
    void theStatusOfAChildIsThatOfWait(String script, String status) throws Throwable {
        int pid = Children.spawn(script);
        try (Descriptor pidfd = Descriptor.of(Pidfd.open(pid))) {
            await().until(() -> Pidfd.exitStatus(pidfd.number()) != Pidfd.UNKNOWN_STATUS);
            assertThat(Pidfd.exitStatus(pidfd.number())).isEqualTo(Integer.decode(status));
            assertThat(Children.await(pid)).isEqualTo(Integer.decode(status));
            assertThat(Pidfd.exitStatus(pidfd.number()))
                    .as("somebody has waited for it")
                    .isEqualTo(Pidfd.UNKNOWN_STATUS);
        }
        assertThat(Pidfd.open(pid)).as("gone").isEqualTo(-Errno.ESRCH);
    }

    @Test
    void aChildThatHasEndedBeforeIsStillKnown() throws Throwable {
        int pid = Children.spawn("exit 3");
        await().until(() -> !isRunning(pid));
        try (Descriptor pidfd = Descriptor.of(Pidfd.open(pid))) {
            assertThat(Pidfd.exitStatus(pidfd.number())).isEqualTo(0x300);
        }
        Children.await(pid);
    }

    private static boolean isRunning(int pid) {
        try (Descriptor pidfd = Descriptor.of(Pidfd.open(pid))) {
            return Pidfd.exitStatus(pidfd.number()) == Pidfd.UNKNOWN_STATUS;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aProcessThatRunsOrIsNoChildHasNoStatus() throws Exception {
        long self = ProcessHandle.current().pid();
        try (Descriptor pidfd = Descriptor.of(Pidfd.open(self))) {
            assertThat(Pidfd.exitStatus(pidfd.number())).isEqualTo(Pidfd.UNKNOWN_STATUS);
        }
    }

    @ParameterizedTest
    @CsvSource({"0", "-1", "4294967296", "2147483647"})
    void aNumberThatIsNoPidIsRefused(long pid) {
        assertThat(Pidfd.open(pid)).isEqualTo(-Errno.ESRCH);
    }

    @Test
    void aCoreDumpIsABitOfTheStatus() {
        assertThat(Pidfd.statusOf(Constants.value("CLD_DUMPED"), ABORT)).isEqualTo(0x80 | ABORT);
        assertThat(Pidfd.statusOf(Constants.value("CLD_KILLED"), ABORT)).isEqualTo(ABORT);
        assertThat(Pidfd.statusOf(0, 0)).as("it runs").isEqualTo(Pidfd.UNKNOWN_STATUS);
    }
}
