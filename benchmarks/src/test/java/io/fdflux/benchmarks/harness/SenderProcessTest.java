package io.fdflux.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.benchmarks.program.scenario.Scenarios;
import io.fdflux.benchmarks.program.scenario.Served;
import io.fdflux.benchmarks.program.transport.Transport;
import io.fdflux.benchmarks.program.transport.TransportLoops;
import io.fdflux.benchmarks.result.Load;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A sender runs its load again and again. The senders of the tests without a load are scripts. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no sh")
@Timeout(60)
class SenderProcessTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final int REPETITIONS = 2;

    @TempDir
    private Path folder;

    private SenderFifos used;

    @Test
    void oneProcessSendsAllRunsAndLeavesNothingBehind() throws Exception {
        SenderProcess sender = start(fifos -> new Programs(folder).sender("idle-1", fifos));
        try (TransportLoops loops = Transport.NIO.open(1);
                Served served = Scenarios.named("idle-1").serve(loops, 0)) {
            assertSent(run(sender, served.port()));
            long sockets = sockets(sender.pid());
            for (int i = 0; i < REPETITIONS; i++) {
                assertThatThrownBy(() -> run(sender, FreePort.find()))
                        .isInstanceOf(MeasurementException.class)
                        .hasMessageContaining("the sender failed: java.net.ConnectException")
                        .hasMessageContaining("\tat ");
                assertSent(run(sender, served.port()));
            }
            // A leak grows with the runs. What the JDK opens once, and then keeps, does not.
            assertThat(sockets(sender.pid())).isLessThan(sockets + REPETITIONS);
        } finally {
            assertEndsWithItsInput(sender);
        }
    }

    @Test
    void aSenderThatDiesInARunLeavesItsErrors() throws Exception {
        try (SenderProcess sender = start("read -r line <&3; echo a stack trace of \"$line\" >&2; exit 1")) {
            assertThatThrownBy(() -> run(sender, 4711))
                    .isInstanceOf(MeasurementException.class)
                    .hasMessageContaining("ended before it answered")
                    .hasMessageContaining("a stack trace of 4711 1");
        }
    }

    @Test
    void aSenderThatDiedIsNotAsked() throws Exception {
        try (SenderProcess sender = start("echo a stack trace >&2; exit 1")) {
            ProcessHandle.of(sender.pid())
                    .ifPresent(process ->
                            process.onExit().orTimeout(30, TimeUnit.SECONDS).join());
            assertThatThrownBy(() -> sender.command(4711, 1))
                    .isInstanceOf(MeasurementException.class)
                    .hasMessageContaining("the sender has ended")
                    .hasMessageContaining("a stack trace");
        }
    }

    @Test
    void aSenderThatDoesNotStartLeavesItsErrorsAndNoFiles() {
        assertThatThrownBy(() -> start(_ -> List.of("sh", "-c", "echo a stack trace >&2; exit 1")))
                .isInstanceOf(MeasurementException.class)
                .hasMessageContaining("ended before it printed READY")
                .hasMessageContaining("a stack trace");
        assertNoFiles();
    }

    @Test
    void aLoadThatCannotRunSaysWhy() throws Exception {
        try (SenderProcess sender = start("read -r line <&3; echo UNAVAILABLE too few files >&4; cat")) {
            assertThatThrownBy(() -> run(sender, 4711))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessage("too few files");
        }
        assertNoFiles();
    }

    private SenderProcess start(String script) throws Exception {
        return start(fifos -> List.of(
                "sh", "-c", "exec 3<> \"$0\" 4<> \"$1\"; echo READY 0; " + script, fifos.requests(), fifos.answers()));
    }

    private SenderProcess start(Function<SenderFifos, List<String>> command) throws Exception {
        return SenderProcess.start(
                fifos -> {
                    used = fifos;
                    return command.apply(fifos);
                },
                folder.resolve("log"));
    }

    private static Load run(SenderProcess sender, int port) throws Exception {
        return sender.load(Command.run(sender.command(port, 1), PATIENCE), null, 1);
    }

    private static void assertSent(Load load) {
        assertThat(load.operations()).isPositive();
        assertThat(load.errors()).isZero();
        assertThat(load.seconds()).isBetween(0.9, 2.0);
    }

    /** {@return how many sockets a process has open; 0 where /proc does not tell} */
    private static long sockets(long pid) throws IOException {
        Path descriptors = Path.of("/proc", String.valueOf(pid), "fd");
        if (!Files.isDirectory(descriptors)) {
            return 0;
        }
        try (Stream<Path> links = Files.list(descriptors)) {
            return links.filter(SenderProcessTest::isSocket).count();
        }
    }

    private static boolean isSocket(Path link) {
        try {
            return Files.readSymbolicLink(link).toString().startsWith("socket:");
        } catch (NoSuchFileException e) {
            return false; // closed meanwhile
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Faster than by force, for which a close waits 10 s. */
    private void assertEndsWithItsInput(SenderProcess sender) {
        long start = System.nanoTime();
        sender.close();
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(8));
        assertThat(sender.isAlive()).isFalse();
        assertNoFiles();
    }

    private void assertNoFiles() {
        assertThat(Path.of(used.requests()).getParent()).doesNotExist();
    }
}
