package io.fdflux.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.FdLoops;
import io.fdflux.SignalFlux;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that {@link SignalFlux} refuses what a JVM keeps: each in a JVM that was started so. */
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class KeptSignalsTest {

    private static final int KILLED_BY_USR1 = 128 + 10;

    /** Starts a JVM by a shell that ignores a signal, as nohup(1) does for HUP. */
    private static Process ignoring(String ignored, String... subscribed) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "trap '' " + ignored + "; exec \"$@\"", "sh"));
        command.addAll(Jvm.command(List.of(), Subscribes.class, subscribed));
        return Jvm.start(command);
    }

    private static void assertKeeps(String signal, Process jvm) throws IOException {
        try (var output = jvm.inputReader()) {
            assertThat(output.readLine())
                    .isEqualTo("java.lang.IllegalStateException: the JVM keeps signal " + signal
                            + ": it was started with -Xrs, or with the signal ignored, as nohup(1) does");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HUP", "INT", "TERM"})
    void signalThatWasIgnoredAtTheStartIsRefused(String signal) throws Exception {
        Process jvm = ignoring(signal, signal);
        assertKeeps(signal, jvm);
        jvm.waitFor();
    }

    @ParameterizedTest
    @ValueSource(strings = {"HUP", "INT", "TERM"})
    void signalOfTheShutdownIsRefusedUnderXrs(String signal) throws Exception {
        Process jvm = Jvm.start(Jvm.command(List.of("-Xrs"), Subscribes.class, signal));
        assertKeeps(signal, jvm);
        jvm.waitFor();
    }

    /** The JVM has no reaction to USR1, so the kernel's, which ends the process, is back. */
    @Test
    void theOthersOfARefusedSubscriptionAreReleased() throws Exception {
        Process jvm = ignoring("HUP", "USR1", "HUP");
        assertKeeps("HUP", jvm);
        assertThat(jvm.waitFor()).isEqualTo(KILLED_BY_USR1);
    }

    /** Subscribes to signals, prints the error, and ends: by USR1 if that was among the signals. */
    static final class Subscribes {

        private Subscribes() {}

        public static void main(String... names) throws InterruptedException {
            FdLoops loops = FdLoops.builder().poller("epoll").loops(1).build();
            try {
                SignalFlux.on(loops, names[0], Arrays.copyOfRange(names, 1, names.length))
                        .blockFirst();
            } catch (IllegalStateException e) {
                System.out.println(e);
            }
            if (List.of(names).contains("USR1")) {
                loops.group().submit(() -> {}).syncUninterruptibly(); // behind the end of the watches
                Jvm.killSelf("USR1");
                Thread.sleep(60_000);
            }
        }
    }
}
