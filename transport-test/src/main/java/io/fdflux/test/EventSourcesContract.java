package io.fdflux.test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.Pipes;
import io.fdflux.spi.EventSources;
import io.fdflux.spi.FileChange;
import io.fdflux.spi.Interest;
import io.fdflux.spi.Poller;
import io.fdflux.spi.ReadinessSink;
import io.fdflux.spi.SourceKind;
import io.fdflux.test.SourceProbe.Report;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests the contract of {@link EventSources} over real signals, processes, files and times, as {@link PollerContract}
 * tests that of {@link Poller}. A subclass opens the poller under test. Tests of a kind that it does not offer
 * are skipped.
 */
// On a separate thread, because an interrupt does not end a poll without a timeout.
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class EventSourcesContract {

    /** SIGWINCH has this number on every system of the tables. Nothing depends on it in a JVM without a terminal. */
    private static final int SIGNAL = 28;

    private static final String SIGNAL_NAME = "WINCH";
    private static final int SIGKILL = 9;
    private static final int NO_SIGNAL = 1000;

    private static final long NEVER = -1;
    private static final int EXIT_CODE = 3;
    private static final int EXIT_STATUS = EXIT_CODE << 8; // wait(2)

    private final List<AutoCloseable> opened = new ArrayList<>();
    private SourceProbe probe;

    @TempDir
    private Path folder;

    /** For subclasses. */
    protected EventSourcesContract() {}

    /**
     * Opens the poller under test, which is {@link EventSources}.
     *
     * @return a new one; the test closes it
     * @throws IOException if the kernel refuses
     */
    protected abstract Poller openPoller() throws IOException;

    /**
     * Whether {@link FileChange#WRITE} is reported for a directory whose entries change, and {@link FileChange#DELETE}
     * for a file that is open. Libkqueue does neither.
     *
     * @return true unless overridden
     */
    protected boolean reportsNames() {
        return true;
    }

    @BeforeEach
    final void openProbe() throws IOException {
        probe = new SourceProbe(openPoller());
    }

    @AfterEach
    final void closeAll() throws Exception {
        Thread.interrupted();
        for (AutoCloseable closeable : opened.reversed()) {
            closeable.close();
        }
        probe.close();
    }

    private <T extends AutoCloseable> T open(T closeable) {
        opened.add(closeable);
        return closeable;
    }

    private void assumeOffered(SourceKind kind) {
        assumeTrue(probe.sources().offers(kind), () -> "this poller offers no " + kind + " here");
    }

    /** Causes an event of a descriptor and waits for it. By then all earlier reports have come. */
    private void pollPastEverythingBefore() throws IOException {
        try (Pipes.Pair fence = Pipes.pipe()) {
            long token = Long.MAX_VALUE - fence.first().number();
            probe.poller().update(fence.first().number(), Interest.NONE, Interest.READ, token);
            Peers.write(fence.second(), "fence");
            do {
                PollerProbe.checkNotInterrupted("no event of the fence");
                probe.poll(PollerProbe.LIMIT_NANOS);
            } while (!probe.hasEventOf(token));
            probe.poll(0);
            probe.poller().forget(fence.first().number(), token);
        }
    }

    private void assertNothingReported(long token) throws IOException {
        pollPastEverythingBefore();
        assertEquals(List.of(), probe.reportsOf(token));
    }

    private static long epochNanos(Instant time) {
        return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
    }

    @Test
    @DisplayName("kinds that are not offered are refused with ENOSYS, and others are not")
    void notOffered() throws Exception {
        for (SourceKind kind : SourceKind.values()) {
            long token = 1000 + kind.ordinal();
            int ident = kind == SourceKind.SIGNAL ? SIGNAL : 1;
            int result = probe.sources().watch(kind, ident, FileChange.ALL, token);
            assertEquals(!probe.sources().offers(kind), result == -Errno.ENOSYS, () -> kind + ": " + result);
            probe.sources().unwatch(kind, ident, token);
            assertNothingReported(token);
        }
    }

    // ---- signals

    private static void kill() throws Exception {
        assertEquals(
                0,
                new ProcessBuilder(
                                "sh",
                                "-c",
                                "kill -" + SIGNAL_NAME + " "
                                        + ProcessHandle.current().pid())
                        .start()
                        .waitFor());
    }

    /** Another poller, which shows that a signal was delivered. Open it after the watches of the test. */
    private SourceProbe witness() throws IOException {
        SourceProbe witness = open(new SourceProbe(openPoller()));
        long token = witness.watch(SourceKind.SIGNAL, SIGNAL, 0);
        assertEquals(1, token);
        witness.poll(0);
        return witness;
    }

    private static void killAndAwait(SourceProbe witness) throws Exception {
        kill();
        Report report = witness.await(1);
        assertEquals(new Report(1, 1, 0, 0), report);
        witness.rearm(1);
    }

    @Test
    @DisplayName("a signal ends a poll without a timeout")
    void signalIsReported() throws Exception {
        assumeOffered(SourceKind.SIGNAL);
        long token = probe.watch(SourceKind.SIGNAL, SIGNAL, 0);
        probe.poll(0);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread sender = Thread.ofPlatform().start(() -> {
            try {
                kill();
            } catch (Exception | AssertionError e) {
                failure.set(e);
            }
        });
        while (probe.reportsOf(token).isEmpty()) {
            PollerProbe.checkNotInterrupted("no report of the signal; the sender: " + failure.get());
            probe.poll(NEVER);
        }
        sender.join();
        assertEquals(new Report(token, 1, 0, 0), probe.await(token));
    }

    @Test
    @DisplayName("deliveries without an armed report are counted into the next one")
    void signalsAreCounted() throws Exception {
        assumeOffered(SourceKind.SIGNAL);
        long token = probe.watch(SourceKind.SIGNAL, SIGNAL, 0);
        probe.poll(0);
        SourceProbe witness = witness();
        killAndAwait(witness);
        assertEquals(new Report(token, 1, 0, 0), probe.await(token));

        killAndAwait(witness);
        killAndAwait(witness);
        assertNothingReported(token);
        probe.rearm(token);
        assertEquals(new Report(token, 2, 0, 0), probe.await(token));

        probe.rearm(token);
        probe.rearm(token);
        assertNothingReported(token);
        killAndAwait(witness);
        assertEquals(new Report(token, 1, 0, 0), probe.await(token));
        assertNothingReported(token);
    }

    @Test
    @DisplayName("each watch of a signal gets its own reports")
    void severalWatchesOfASignal() throws Exception {
        assumeOffered(SourceKind.SIGNAL);
        long first = probe.watch(SourceKind.SIGNAL, SIGNAL, 0);
        long second = probe.watch(SourceKind.SIGNAL, SIGNAL, 0);
        probe.poll(0);
        SourceProbe witness = witness();
        killAndAwait(witness);
        assertEquals(new Report(first, 1, 0, 0), probe.await(first));
        assertEquals(new Report(second, 1, 0, 0), probe.await(second));

        probe.rearm(second);
        killAndAwait(witness);
        assertEquals(new Report(second, 1, 0, 0), probe.await(second));
        assertNothingReported(first);
        probe.rearm(first);
        assertEquals(new Report(first, 1, 0, 0), probe.await(first));

        probe.unwatch(first);
        probe.rearm(second);
        killAndAwait(witness);
        assertEquals(new Report(second, 1, 0, 0), probe.await(second));
        assertNothingReported(first);
    }

    @Test
    @DisplayName("a signal is not reported after unwatch, and can be watched again")
    void unwatchedSignal() throws Exception {
        assumeOffered(SourceKind.SIGNAL);
        long token = probe.watch(SourceKind.SIGNAL, SIGNAL, 0);
        probe.poll(0);
        SourceProbe witness = witness();
        probe.unwatch(token);
        probe.unwatch(token);
        probe.rearm(token);
        killAndAwait(witness);
        assertNothingReported(token);
        long again = probe.watch(SourceKind.SIGNAL, SIGNAL, 0);
        assertNothingReported(again);
        killAndAwait(witness);
        assertEquals(new Report(again, 1, 0, 0), probe.await(again));
    }

    @Test
    @DisplayName("a number that is no signal, and a signal that cannot be taken, are refused")
    void wrongSignals() throws Exception {
        assumeOffered(SourceKind.SIGNAL);
        for (int number : new int[] {NO_SIGNAL, 0, -1}) {
            long none = probe.watch(SourceKind.SIGNAL, number, 0);
            assertEquals(Errno.EINVAL, probe.await(none).errno(), "signal " + number);
        }
        long killed = probe.watch(SourceKind.SIGNAL, SIGKILL, 0);
        assertEquals(Errno.EBUSY, probe.await(killed).errno());
    }

    // ---- processes

    /** A process that exits when its input ends. */
    private Process process() throws IOException {
        Process process = new ProcessBuilder("sh", "-c", "read line; exit " + EXIT_CODE).start();
        open((AutoCloseable) process::destroyForcibly);
        return process;
    }

    private static void assertExited(Report report) {
        assertEquals(1, report.count(), report::toString);
        assertEquals(0, report.errno(), report::toString);
        // The JDK waits for its children too. If it is first, nobody else learns the status.
        assertTrue(report.detail() == EXIT_STATUS || report.detail() == ReadinessSink.UNKNOWN_STATUS, report::toString);
    }

    @Test
    @DisplayName("the exit of a process is reported once")
    void exitIsReported() throws Exception {
        assumeOffered(SourceKind.PROCESS);
        Process process = process();
        long token = probe.watch(SourceKind.PROCESS, process.pid(), 0);
        assertNothingReported(token);
        process.getOutputStream().close();
        assertExited(probe.await(token));
        probe.rearm(token);
        assertNothingReported(token);
        assertEquals(EXIT_CODE, process.waitFor(), "the poller leaves the child to its parent");
    }

    @Test
    @DisplayName("each watch of a process gets its exit, except those that ended before")
    void severalWatchesOfAProcess() throws Exception {
        assumeOffered(SourceKind.PROCESS);
        Process process = process();
        long first = probe.watch(SourceKind.PROCESS, process.pid(), 0);
        long second = probe.watch(SourceKind.PROCESS, process.pid(), 0);
        long ended = probe.watch(SourceKind.PROCESS, process.pid(), 0);
        assertNothingReported(first);
        probe.unwatch(ended);
        process.getOutputStream().close();
        assertExited(probe.await(first));
        assertExited(probe.await(second));
        assertNothingReported(ended);
    }

    @Test
    @DisplayName("a process that is gone is refused with ESRCH")
    void processIsGone() throws Exception {
        assumeOffered(SourceKind.PROCESS);
        Process process = process();
        process.getOutputStream().close();
        process.waitFor();
        for (long pid : new long[] {process.pid(), 0, -1, 1L << 40}) {
            long token = probe.watch(SourceKind.PROCESS, pid, 0);
            assertEquals(Errno.ESRCH, probe.await(token).errno(), "pid " + pid);
        }
    }

    // ---- times

    @Test
    @DisplayName("a time that has passed is reported, again after each rearm")
    void timeInThePast() throws Exception {
        assumeOffered(SourceKind.TIMER);
        for (long nanos : new long[] {epochNanos(Instant.now()), 0}) {
            long token = probe.watch(SourceKind.TIMER, 0, nanos);
            assertEquals(new Report(token, 1, 0, 0), probe.await(token));
            assertNothingReported(token);
            probe.rearm(token);
            assertEquals(new Report(token, 1, 0, 0), probe.await(token));
            probe.unwatch(token);
        }
    }

    @Test
    @DisplayName("a time is reported when it comes; each timer has its own")
    void timeInTheFuture() throws Exception {
        assumeOffered(SourceKind.TIMER);
        Instant now = Instant.now();
        long never = probe.watch(SourceKind.TIMER, 0, epochNanos(now.plusSeconds(100_000)));
        Instant time = now.plusMillis(20);
        long first = probe.watch(SourceKind.TIMER, 0, epochNanos(time));
        long second = probe.watch(SourceKind.TIMER, 0, epochNanos(time.plusMillis(1)));
        for (long token : new long[] {second, first}) {
            assertEquals(new Report(token, 1, 0, 0), probe.await(token));
            while (Instant.now().isBefore(time)) { // early, because the clock was set
                probe.rearm(token);
                assertEquals(new Report(token, 1, 0, 0), probe.await(token));
            }
        }
        assertNothingReported(never);
        probe.unwatch(never);
        assertNothingReported(never);
    }

    // ---- files

    private Path file() throws IOException {
        return Files.writeString(folder.resolve("file"), "first");
    }

    /** Opens a file for as long as the test runs, because libkqueue ends a watch when anybody closes the file. */
    private FileChannel writer(Path file) throws IOException {
        return open(FileChannel.open(file, StandardOpenOption.WRITE));
    }

    private static void write(FileChannel file, String text, long position) throws IOException {
        file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), position);
    }

    private long watch(Path path, int changes) throws IOException {
        Descriptor descriptor = open(Descriptor.open(path));
        long token = probe.watch(SourceKind.FILE, descriptor.number(), changes);
        open((AutoCloseable) () -> probe.unwatch(token));
        pollPastEverythingBefore();
        return token;
    }

    /** Awaits reports until all these changes have come, in one or in several. */
    private void awaitChanges(long token, int changes) throws IOException {
        int seen = 0;
        while ((seen & changes) != changes) {
            Report report = probe.await(token);
            assertEquals(0, report.errno(), report::toString);
            assertEquals(1, report.count(), report::toString);
            assertTrue(report.detail() != 0, report::toString);
            seen |= report.detail();
            probe.rearm(token);
        }
    }

    @Test
    @DisplayName("a written, a longer, a changed and a renamed file are reported")
    void fileChanges() throws Exception {
        assumeOffered(SourceKind.FILE);
        Path file = file();
        FileChannel writer = writer(file);
        long token = watch(file, FileChange.ALL);
        write(writer, "F", 0);
        awaitChanges(token, FileChange.WRITE);
        write(writer, "and more", writer.size());
        awaitChanges(token, FileChange.WRITE | FileChange.EXTEND);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        awaitChanges(token, FileChange.ATTRIBUTES);
        Files.move(file, folder.resolve("renamed"));
        awaitChanges(token, FileChange.RENAME);
    }

    @Test
    @DisplayName("a deleted file is reported")
    void deletedFile() throws Exception {
        assumeOffered(SourceKind.FILE);
        assumeTrue(reportsNames(), "deletions are not reported here");
        Path file = file();
        long token = watch(file, FileChange.DELETE);
        Files.delete(file);
        assertEquals(new Report(token, 1, FileChange.DELETE, 0), probe.await(token));
    }

    @Test
    @DisplayName("changes without an armed report are kept for the next one")
    void fileChangesAreKept() throws Exception {
        assumeOffered(SourceKind.FILE);
        Path file = file();
        FileChannel writer = writer(file);
        long token = watch(file, FileChange.WRITE | FileChange.RENAME);
        write(writer, "F", 0);
        assertEquals(new Report(token, 1, FileChange.WRITE, 0), probe.await(token));
        write(writer, "f", 0);
        Files.move(file, folder.resolve("renamed"));
        assertNothingReported(token);
        probe.rearm(token);
        awaitChanges(token, FileChange.WRITE | FileChange.RENAME);
    }

    @Test
    @DisplayName("changes that nobody watches are not reported")
    void onlyWantedFileChanges() throws Exception {
        assumeOffered(SourceKind.FILE);
        Path file = file();
        FileChannel writer = writer(file);
        long token = watch(file, FileChange.RENAME);
        write(writer, "F", 0);
        assertNothingReported(token);
        Files.move(file, folder.resolve("renamed"));
        assertEquals(new Report(token, 1, FileChange.RENAME, 0), probe.await(token));
    }

    @Test
    @DisplayName("a new entry of a directory is reported")
    void directory() throws Exception {
        assumeOffered(SourceKind.FILE);
        assumeTrue(reportsNames(), "directories are not reported here");
        long token = watch(folder, FileChange.WRITE);
        file();
        assertEquals(new Report(token, 1, FileChange.WRITE, 0), probe.await(token));
    }

    @Test
    @DisplayName("a number that is not open is refused with EBADF")
    void closedFile() throws Exception {
        assumeOffered(SourceKind.FILE);
        int closed;
        try (Pipes.Pair pipe = Pipes.pipe()) {
            closed = pipe.second().number();
        }
        for (long number : new long[] {closed, -1}) {
            long token = probe.watch(SourceKind.FILE, number, FileChange.ALL);
            assertEquals(Errno.EBADF, probe.await(token).errno(), "descriptor " + number);
        }
    }

    // ---- the sink, tokens, close

    @Test
    @DisplayName("a refused source does not keep others from being reported")
    void refusalFailsItsOwnSourceOnly() throws Exception {
        assumeOffered(SourceKind.TIMER);
        assumeOffered(SourceKind.SIGNAL);
        long wrong = probe.watch(SourceKind.SIGNAL, NO_SIGNAL, 0);
        long right = probe.watch(SourceKind.TIMER, 0, 0);
        assertEquals(0, probe.await(right).errno());
        assertEquals(Errno.EINVAL, probe.await(wrong).errno());
    }

    @Test
    @DisplayName("a descriptor and a source may have the same token")
    void tokensAreASpaceOfTheirOwn() throws Exception {
        assumeOffered(SourceKind.TIMER);
        long token = probe.watch(SourceKind.TIMER, 0, 0);
        try (Pipes.Pair pipe = Pipes.pipe()) {
            probe.poller().update(pipe.first().number(), Interest.NONE, Interest.READ, token);
            assertEquals(new Report(token, 1, 0, 0), probe.await(token));
            assertTrue(!probe.hasEventOf(token));
            Peers.write(pipe.second(), "ab");
            while (!probe.hasEventOf(token)) {
                PollerProbe.checkNotInterrupted("no event of the pipe");
                probe.poll(PollerProbe.LIMIT_NANOS);
            }
            assertEquals(List.of(), probe.reportsOf(token));
            probe.poller().forget(pipe.first().number(), token);
        }
    }

    @Test
    @DisplayName("the sink may watch, arm and unwatch")
    void changesInsideTheSink() throws Exception {
        assumeOffered(SourceKind.TIMER);
        long first = probe.watch(SourceKind.TIMER, 0, 0);
        long second = probe.watch(SourceKind.TIMER, 0, 0);
        long[] watchedInside = new long[1];
        while (watchedInside[0] == 0) {
            PollerProbe.checkNotInterrupted("no report");
            probe.poll(PollerProbe.LIMIT_NANOS, report -> {
                if (watchedInside[0] == 0) {
                    probe.unwatch(report.token() == first ? second : first);
                    probe.rearm(report.token());
                    watchedInside[0] = probe.watch(SourceKind.TIMER, 0, 0);
                }
            });
        }
        probe.await(watchedInside[0]);
        pollPastEverythingBefore();
        int reports = probe.reportsOf(first).size() + probe.reportsOf(second).size();
        // One before the change, one after it, and one of the unwatched timer if it had been fetched already.
        assertTrue(reports == 2 || reports == 3, () -> "reports: " + reports);
    }

    @Test
    @DisplayName("more sources than one call of a kernel takes are all reported")
    void manySources() throws Exception {
        assumeOffered(SourceKind.TIMER);
        List<Long> tokens = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            tokens.add(probe.watch(SourceKind.TIMER, 0, 0));
        }
        for (long token : tokens) {
            assertEquals(new Report(token, 1, 0, 0), probe.await(token));
        }
        tokens.forEach(probe::rearm);
        for (long token : tokens) {
            assertEquals(new Report(token, 1, 0, 0), probe.await(token));
        }
        tokens.forEach(probe::unwatch);
        for (long token : tokens) {
            assertEquals(List.of(), probe.reportsOf(token));
        }
    }

    @Test
    @DisplayName("a closed poller has given up its watches")
    void closeEndsWatches() throws Exception {
        assumeOffered(SourceKind.SIGNAL);
        SourceProbe witness = witness();
        probe.watch(SourceKind.SIGNAL, SIGNAL, 0);
        if (probe.sources().offers(SourceKind.TIMER)) {
            probe.watch(SourceKind.TIMER, 0, epochNanos(Instant.now().plusSeconds(100)));
        }
        probe.poll(0);
        probe.close();
        probe.close();
        killAndAwait(witness);
        killAndAwait(witness);
    }
}
