package io.fdflux.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.FdFlux;
import io.fdflux.FdLoops;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Pty;
import io.fdflux.posix.Terminal;
import io.fdflux.posix.TerminalSize;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Tests {@link FdFlux#terminalSizes} by the signals that the kernel sends when the controlling terminal changes. */
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class ControllingTerminalTest {

    @Test
    void resizeOfTheWindowReachesTheProcess() throws Exception {
        try (Pty pty = Pty.open();
                Descriptor held = pty.openTerminal()) {
            assertThat(held.isOpen()).isTrue(); // the terminal exists until the other process has opened it
            Terminal window = Terminal.of(pty.master());
            window.resize(new TerminalSize(80, 24));
            List<String> command = new ArrayList<>(List.of("setsid", "--ctty")); // of its standard input
            command.addAll(Jvm.command(List.of(), PrintsSizes.class));
            Process jvm = new ProcessBuilder(command)
                    .redirectInput(new File(pty.name()))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (var output = jvm.inputReader()) {
                assertThat(output.readLine()).isEqualTo("80 x 24");
                window.resize(new TerminalSize(132, 43));
                assertThat(output.readLine()).isEqualTo("132 x 43");
                window.resize(new TerminalSize(100, 43));
                assertThat(output.readLine()).isEqualTo("100 x 43");
                assertThat(output.readLine()).as("the end").isNull();
            } finally {
                jvm.destroyForcibly().waitFor();
            }
        }
    }

    /** Prints three sizes of its terminal. */
    static final class PrintsSizes {

        private PrintsSizes() {}

        public static void main(String... none) throws IOException {
            try (FdLoops loops = FdLoops.builder().poller("epoll").loops(1).build()) {
                FdFlux.terminalSizes(loops, Terminal.of(Descriptor.stdin()))
                        .take(3)
                        .doOnNext(size -> System.out.println(size.columns() + " x " + size.rows()))
                        .blockLast();
            }
        }
    }
}
