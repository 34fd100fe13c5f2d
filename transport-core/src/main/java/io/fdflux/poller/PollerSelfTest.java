package io.fdflux.poller;

import io.fdflux.posix.Errno;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.io.Io;
import io.fdflux.spi.Interest;
import io.fdflux.spi.Poller;
import io.fdflux.spi.PollerProvider;
import io.fdflux.spi.Readiness;
import io.fdflux.spi.ReadinessSink;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Tests a poller on this very system, on a pipe, before anything depends on it. A struct layout or constant that does
 * not fit the kernel fails here.
 *
 * <pre>
 * step                                  expected
 * an empty pipe is watched              nothing
 * three bytes are written to it         READABLE, and the number of bytes if any
 * nothing more                          nothing, and the poll lasts until its timeout
 * the other end is watched for writing     WRITABLE
 * that end is closed                    READABLE and HANGUP, and the same number, because nothing was read
 * a wake-up from another thread         the poll ends before its timeout
 * </pre>
 *
 * A pipe needs the fewest native functions. The test runs on a thread of its own, so that a poll that never ends cannot
 * block the caller. The caller's thread sends the wake-ups.
 */
final class PollerSelfTest {

    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final long IDLE_NANOS = TimeUnit.MICROSECONDS.toNanos(300);
    private static final long WAKEUP_DELAY_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
    /** The whole test takes at most this multiple of one wait's patience. */
    private static final int LONGEST = 10;
    /** A suspended JVM or an interrupted call may spoil one wake-up, but hardly two. */
    private static final int WAKEUPS = 2;

    private static final int IDLE_WAITS = 3;

    // All bytes differ, so that truncated or swapped tokens are noticed.
    private static final long READ_TOKEN = 0x0123_4567_89AB_CDEFL;
    private static final long WRITE_TOKEN = 0x7EDC_BA98_7654_3210L;
    private static final int BYTES = 3;
    private static final Runnable END = () -> {};

    private final PollerProvider provider;
    private final long patienceNanos;
    private final List<PollerEvent> came = new ArrayList<>();
    private final ReadinessSink sink =
            (token, readiness, available, errno) -> came.add(new PollerEvent(token, readiness, available, errno));

    /** Tasks of the testing thread for the caller's thread. */
    private final BlockingQueue<Runnable> errands = new LinkedBlockingQueue<>();

    private volatile Poller poller;
    private volatile String step = "the poller is opened";
    private volatile boolean abandoned;
    private volatile Throwable failure;
    private volatile Throwable wakeupFailure;

    private PollerSelfTest(PollerProvider provider, Duration patience) {
        this.provider = provider;
        this.patienceNanos = patience.toNanos();
    }

    /**
     * Runs the test, and returns even if the poller hangs. Any thread.
     *
     * @return the reason against the poller, if any
     */
    static Optional<Throwable> run(PollerProvider provider) {
        return run(provider, PATIENCE);
    }

    /** Runs the test with another patience per wait. */
    static Optional<Throwable> run(PollerProvider provider, Duration patience) {
        return new PollerSelfTest(provider, patience).run();
    }

    private Optional<Throwable> run() {
        Thread.ofPlatform()
                .daemon()
                .inheritInheritableThreadLocals(false)
                .name("fdflux-self-test")
                .start(this::test);
        long deadline = System.nanoTime() + LONGEST * patienceNanos;
        Runnable errand;
        do {
            errand = nextErrand(deadline);
            if (errand == null) {
                return Optional.of(abandon());
            }
            errand.run();
        } while (errand != END);
        return Optional.ofNullable(failure);
    }

    /** Keeps an interrupt for the caller, because the wait is short and bounded. */
    private Runnable nextErrand(long deadline) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return errands.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Gives up on a testing thread inside a call that does not return. A wake-up may free that thread, which then
     * closes its descriptors.
     */
    private Throwable abandon() {
        Throwable hung = failed(
                "an end within " + TimeUnit.NANOSECONDS.toMillis(LONGEST * patienceNanos) + " ms",
                "none: a call does not return",
                null);
        abandoned = true;
        wake();
        return hung;
    }

    // ---- the testing thread -----------------------------------------------------------------------------------------

    private void test() {
        try {
            check();
        } catch (PollerSelfTestException e) {
            failure = e;
        } catch (Throwable t) { // LinkageError included: no exception of a poller may end the application
            failure = failed("no exception", t.toString(), t);
        } finally {
            errands.add(END);
        }
    }

    private void check() throws IOException {
        try (Poller opened = provider.open()) {
            poller = opened;
            try (Pipes.Pair pipe = Pipes.pipe()) {
                check(pipe);
            }
            checkWakeup();
        }
    }

    private void check(Pipes.Pair pipe) throws IOException {
        int reading = pipe.first().number();
        int writing = pipe.second().number();

        begin("an empty pipe is watched");
        poller.update(reading, Interest.NONE, Interest.READ, READ_TOKEN);
        poller.poll(0, sink);
        expectNothing();

        begin(BYTES + " bytes are written to it");
        write(writing);
        expect(READ_TOKEN, Readiness.READABLE, BYTES);

        begin("nothing more happens");
        checkIdle();

        begin("the other end is watched for writing");
        poller.update(writing, Interest.NONE, Interest.WRITE, WRITE_TOKEN);
        expect(WRITE_TOKEN, Readiness.WRITABLE, ReadinessSink.UNKNOWN);

        begin("that end is closed");
        poller.forget(writing, WRITE_TOKEN);
        pipe.second().close();
        if (poller.armSpentByEvent()) {
            poller.update(reading, Interest.NONE, Interest.READ, READ_TOKEN);
        }
        expect(READ_TOKEN, Readiness.READABLE | Readiness.HANGUP, BYTES);
        poller.forget(reading, READ_TOKEN);
    }

    private void begin(String next) {
        if (abandoned) {
            throw failed("an answer earlier", "too late", null);
        }
        step = next;
    }

    private static void write(int fd) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(BYTES);
            int result = Io.write(fd, bytes.address(), BYTES);
            if (result < 0) {
                throw Errno.exception("write", "pipe", -result);
            }
        }
    }

    private void expect(long token, int readiness, long available) throws IOException {
        PollerEvent expected = new PollerEvent(token, readiness, available, 0);
        long start = System.nanoTime();
        long left = patienceNanos;
        do {
            poller.poll(left, sink);
            left = patienceNanos - (System.nanoTime() - start);
        } while (came.isEmpty() && left > 0);
        if (came.isEmpty() || !came.stream().allMatch(event -> event.meets(expected))) {
            throw failed(expected.toString(), came(), null);
        }
        came.clear();
    }

    private void expectNothing() {
        if (!came.isEmpty()) {
            throw failed("nothing", came(), null);
        }
    }

    /**
     * Polls without a pending event: no event may be reported twice, and the timeout must hold, or the loop would spin.
     */
    private void checkIdle() throws IOException {
        for (int i = 0; i < IDLE_WAITS; i++) {
            long start = System.nanoTime();
            poller.poll(IDLE_NANOS, sink);
            expectNothing();
            if (System.nanoTime() - start >= IDLE_NANOS / 2) {
                return;
            }
        }
        throw failed("a wait of " + IDLE_NANOS + " ns", "none, " + IDLE_WAITS + " times", null);
    }

    private void checkWakeup() throws IOException {
        begin("another thread wakes it");
        for (int i = 0; i < WAKEUPS; i++) {
            errands.add(() -> {
                LockSupport.parkNanos(WAKEUP_DELAY_NANOS); // by then the testing thread most probably waits
                wake();
            });
            long start = System.nanoTime();
            poller.poll(patienceNanos, sink);
            expectNothing();
            if (System.nanoTime() - start < patienceNanos / 2) {
                return;
            }
            poller.poll(0, sink); // consumes a late wake-up
        }
        String waits = WAKEUPS + " waits of " + TimeUnit.NANOSECONDS.toMillis(patienceNanos) + " ms";
        throw failed(
                "the end of a wait",
                "none in " + waits + (wakeupFailure == null ? "" : ": " + wakeupFailure),
                wakeupFailure);
    }

    /** Runs on the caller's thread. */
    private void wake() {
        Poller waiting = poller;
        try {
            if (waiting != null) {
                waiting.wakeup();
            }
        } catch (RuntimeException | Error e) {
            wakeupFailure = e;
        }
    }

    private String came() {
        return came.isEmpty()
                ? "nothing in " + TimeUnit.NANOSECONDS.toMillis(patienceNanos) + " ms"
                : came.size() == 1 ? came.getFirst().toString() : came.toString();
    }

    private PollerSelfTestException failed(String expected, String got, Throwable cause) {
        return new PollerSelfTestException(
                "self-test of " + provider.name() + ": " + step + ": expected " + expected + ", got " + got, cause);
    }
}
