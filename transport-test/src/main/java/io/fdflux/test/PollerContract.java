package io.fdflux.test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.socket.SocketOption;
import io.fdflux.posix.socket.SocketOptionCalls;
import io.fdflux.posix.socket.Sockets;
import io.fdflux.spi.Interest;
import io.fdflux.spi.Poller;
import io.fdflux.spi.Readiness;
import io.fdflux.spi.ReadinessSink;
import io.fdflux.test.PollerProbe.Event;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tests the contract of {@link Poller} over real descriptors. A subclass opens the poller under test:
 *
 * <pre>{@code
 * class EpollPollerContractTest extends PollerContract {
 *     protected Poller openPoller() throws IOException {
 *         return new EpollPollerProvider().open();
 *     }
 * }
 * }</pre>
 *
 * The tests tolerate behaviour that the contract leaves open, such as spurious events. They do not depend on time: to
 * show that no event comes, they wait for a later one.
 */
// On a separate thread, because an interrupt does not end a poll without a timeout.
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class PollerContract {

    private static final long NEVER = -1;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private PollerProbe probe;

    /** For subclasses. */
    protected PollerContract() {}

    /**
     * Opens the poller under test.
     *
     * @return a new one; the test closes it
     * @throws IOException if the kernel refuses
     */
    protected abstract Poller openPoller() throws IOException;

    @BeforeEach
    final void openProbe() throws IOException {
        probe = new PollerProbe(openPoller());
    }

    @AfterEach
    final void closeAll() throws Exception {
        Thread.interrupted();
        for (AutoCloseable closeable : opened) {
            closeable.close();
        }
        probe.close();
    }

    private <T extends AutoCloseable> T open(T closeable) {
        opened.add(closeable);
        return closeable;
    }

    private Pipes.Pair socketPair() throws IOException {
        return open(Pipes.socketPair());
    }

    private Pipes.Pair tcpPair() throws IOException {
        return open(Peers.tcpPair());
    }

    private Pipes.Pair pipe() throws IOException {
        return open(Pipes.pipe());
    }

    /** Causes an event and waits for it. By then all earlier events are reported. */
    private void pollPastEverythingBefore() throws IOException {
        try (Pipes.Pair fence = Pipes.pipe()) {
            long token = probe.arm(fence.first().number(), Interest.READ);
            Peers.write(fence.second(), "fence");
            probe.await(token, Readiness.READABLE);
            probe.poll(0);
            probe.forget(fence.first().number());
        }
    }

    // ---- arming

    @Test
    @DisplayName("arming reports existing readiness")
    void armingReportsPendingData() throws IOException {
        Pipes.Pair pair = socketPair();
        Peers.write(pair.second(), "ab");
        long token = probe.arm(pair.first().number(), Interest.READ);
        Event event = probe.await(token, Readiness.READABLE);
        assertTrue(event.available() == 2 || event.available() == ReadinessSink.UNKNOWN, () -> "available in " + event);
    }

    @Test
    @DisplayName("data that arrives after arming is reported")
    void dataAfterArming() throws IOException {
        Pipes.Pair pair = socketPair();
        long token = probe.arm(pair.first().number(), Interest.READ);
        probe.poll(0);
        assertTrue(probe.eventsOf(token).isEmpty(), "nothing is there yet");
        Peers.write(pair.second(), "ab");
        probe.await(token, Readiness.READABLE);
    }

    @Test
    @DisplayName("writability is reported if it exists, and when it returns")
    void writability() throws IOException {
        Pipes.Pair pair = socketPair();
        long token = probe.arm(pair.first().number(), Interest.WRITE);
        probe.await(token, Readiness.WRITABLE);

        Peers.fill(pair.first());
        probe.arm(pair.first().number(), Interest.NONE);
        pollPastEverythingBefore();
        probe.forgetEvents();
        probe.arm(pair.first().number(), Interest.WRITE);
        pollPastEverythingBefore();
        Peers.drain(pair.second());
        probe.await(token, Readiness.WRITABLE);
    }

    @Test
    @DisplayName("both directions of a descriptor are watched independently")
    void bothDirections() throws IOException {
        Pipes.Pair pair = socketPair();
        long token = probe.arm(pair.first().number(), Interest.READ | Interest.WRITE);
        probe.await(token, Readiness.WRITABLE);
        Peers.write(pair.second(), "ab");
        probe.await(token, Readiness.READABLE);
        assertEquals("ab", Peers.read(pair.first()));
    }

    @Test
    @DisplayName("an interest that is not armed is not reported")
    void onlyArmedInterests() throws IOException {
        Pipes.Pair pair = socketPair();
        Peers.write(pair.second(), "ab");
        long token = probe.arm(pair.first().number(), Interest.WRITE);
        probe.await(token, Readiness.WRITABLE);
        pollPastEverythingBefore();
        assertTrue(
                probe.eventsOf(token).stream().noneMatch(e -> e.has(Readiness.READABLE)),
                () -> "READ is not armed: " + probe.eventsOf(token));
    }

    @Test
    @DisplayName("NONE disarms a descriptor")
    void noneDisarms() throws IOException {
        Pipes.Pair pair = socketPair();
        long token = probe.arm(pair.first().number(), Interest.READ);
        probe.poll(0);
        probe.arm(pair.first().number(), Interest.NONE);
        probe.poll(0);
        probe.forgetEvents();
        Peers.write(pair.second(), "ab");
        pollPastEverythingBefore();
        assertEquals(List.of(), probe.eventsOf(token));
    }

    @Test
    @DisplayName("an interest that is armed and disarmed before the poll makes no event")
    void disarmedBeforePoll() throws IOException {
        Pipes.Pair pair = socketPair();
        Peers.write(pair.second(), "ab");
        long token = probe.arm(pair.first().number(), Interest.READ);
        probe.arm(pair.first().number(), Interest.NONE);
        pollPastEverythingBefore();
        assertEquals(List.of(), probe.eventsOf(token));
    }

    @Test
    @DisplayName("disarming one interest keeps the other")
    void disarmingOneInterest() throws IOException {
        Pipes.Pair pair = socketPair();
        Peers.fill(pair.first());
        long token = probe.arm(pair.first().number(), Interest.READ | Interest.WRITE);
        probe.poll(0);
        probe.arm(pair.first().number(), Interest.READ);
        probe.poll(0);
        probe.forgetEvents();
        Peers.drain(pair.second());
        pollPastEverythingBefore();
        assertTrue(probe.eventsOf(token).stream().noneMatch(e -> e.has(Readiness.WRITABLE)), "WRITE is off");
        Peers.write(pair.second(), "ab");
        probe.await(token, Readiness.READABLE);
    }

    @Test
    @DisplayName("adding an interest reports its existing readiness")
    void addingAnInterest() throws IOException {
        Pipes.Pair pair = socketPair();
        long token = probe.arm(pair.first().number(), Interest.READ);
        probe.poll(0);
        probe.arm(pair.first().number(), Interest.READ | Interest.WRITE);
        probe.await(token, Readiness.WRITABLE);
        Peers.write(pair.second(), "ab");
        probe.await(token, Readiness.READABLE);
    }

    @Test
    @DisplayName("events carry the token of a descriptor's present owner")
    void changedToken() throws IOException {
        Pipes.Pair pair = socketPair();
        long first = probe.arm(pair.first().number(), Interest.READ);
        probe.poll(0);
        probe.arm(pair.first().number(), Interest.NONE);
        long second = probe.armAnew(pair.first().number(), Interest.READ | Interest.WRITE);
        assertNotEquals(first, second);
        probe.await(second, Readiness.WRITABLE);
        Peers.write(pair.second(), "ab");
        probe.await(second, Readiness.READABLE);
        assertEquals(List.of(), probe.eventsOf(first));
    }

    @Test
    @DisplayName("all 64 bits of a token are returned")
    void largeTokens() throws IOException {
        Pipes.Pair pair = socketPair();
        Peers.write(pair.second(), "ab");
        long token = Long.MAX_VALUE - 41;
        probe.poller().update(pair.first().number(), Interest.NONE, Interest.READ, token);
        probe.await(token, Readiness.READABLE);
    }

    @Test
    @DisplayName("armSpentByEvent is true if an event disarms its interest")
    void persistsOrIsSpent() throws IOException {
        Pipes.Pair pair = socketPair();
        long token = probe.arm(pair.first().number(), Interest.READ);
        probe.poll(0);
        Peers.write(pair.second(), "ab");
        probe.await(token, Readiness.READABLE);
        Peers.drain(pair.first());
        pollPastEverythingBefore();
        probe.forgetEvents();

        Peers.write(pair.second(), "cd");
        if (probe.poller().armSpentByEvent()) {
            pollPastEverythingBefore();
            assertEquals(List.of(), probe.eventsOf(token), "the arm was spent");
            probe.arm(pair.first().number(), Interest.READ);
        }
        probe.await(token, Readiness.READABLE);
    }

    @Test
    @DisplayName("an event of one direction does not disarm the other")
    void eventSpendsItsOwnDirectionOnly() throws IOException {
        Pipes.Pair pair = socketPair();
        Peers.fill(pair.first());
        long token = probe.arm(pair.first().number(), Interest.READ | Interest.WRITE);
        Peers.write(pair.second(), "ab");
        probe.await(token, Readiness.READABLE);
        assertTrue((probe.armed(token) & Interest.WRITE) != 0);
        Peers.drain(pair.second());
        probe.await(token, Readiness.WRITABLE);
    }

    // ---- the peer closes

    @Test
    @DisplayName("HANGUP alone reports the end, and data at most once (Unix socket)")
    void hangupAloneOnUnixSocket() throws IOException {
        hangupAlone(socketPair());
    }

    @Test
    @DisplayName("HANGUP alone reports the end, and data at most once (TCP)")
    void hangupAloneOnTcp() throws IOException {
        hangupAlone(tcpPair());
    }

    private void hangupAlone(Pipes.Pair pair) throws IOException {
        long token = probe.arm(pair.first().number(), Interest.HANGUP);
        probe.poll(0);
        for (int i = 0; i < 10; i++) {
            Peers.write(pair.second(), "data");
            pollPastEverythingBefore();
        }
        List<Event> ofData = probe.eventsOf(token);
        assertTrue(ofData.size() <= 1, () -> "data reported a watch for hang-up more than once: " + ofData);
        assertTrue(ofData.stream().noneMatch(e -> e.has(Readiness.HANGUP)), () -> "the peer is open: " + ofData);

        probe.arm(pair.first().number(), Interest.HANGUP);
        pair.second().close();
        probe.await(token, Readiness.HANGUP);
        assertEquals("data".repeat(10), Peers.read(pair.first()), "reported without reading");
    }

    @Test
    @DisplayName("a peer's shutdown of its output is reported while READ is armed and data is unread")
    void endWithBytes() throws IOException {
        Pipes.Pair pair = tcpPair();
        long token = probe.arm(pair.first().number(), Interest.READ);
        Peers.write(pair.second(), "ab");
        assertEquals(0, Sockets.shutdownOutput(pair.second().number()));
        Event event = probe.await(token, Readiness.READABLE | Readiness.HANGUP);
        assertTrue(event.available() == 2 || event.available() == ReadinessSink.UNKNOWN, () -> "available in " + event);
        assertEquals("ab", Peers.read(pair.first()));
        assertEquals("", Peers.read(pair.first()));
    }

    @Test
    @DisplayName("a peer's shutdown of its output without data is reported as readable")
    void endWithoutBytes() throws IOException {
        Pipes.Pair pair = tcpPair();
        long token = probe.arm(pair.first().number(), Interest.READ);
        assertEquals(0, Sockets.shutdownOutput(pair.second().number()));
        Event event = probe.await(token, Readiness.READABLE | Readiness.HANGUP);
        assertTrue(event.available() <= 0, () -> "available in " + event);
        assertEquals("", Peers.read(pair.first()));
    }

    @Test
    @DisplayName("the end is reported to a watch that is armed after it")
    void endBeforeArming() throws IOException {
        Pipes.Pair pair = socketPair();
        pair.second().close();
        long token = probe.arm(pair.first().number(), Interest.HANGUP);
        probe.await(token, Readiness.HANGUP);
    }

    @Test
    @DisplayName("the end of a pipe is reported")
    void endOfPipe() throws IOException {
        Pipes.Pair pipe = pipe();
        long token = probe.arm(pipe.first().number(), Interest.READ);
        probe.poll(0);
        pipe.second().close();
        probe.await(token, Readiness.READABLE | Readiness.HANGUP);
        assertEquals("", Peers.read(pipe.first()));
    }

    @Test
    @DisplayName("a pipe whose reader has closed becomes writable")
    void pipeWithoutReader() throws IOException {
        Pipes.Pair pipe = pipe();
        Peers.fill(pipe.second());
        long token = probe.arm(pipe.second().number(), Interest.WRITE);
        probe.poll(0);
        pipe.first().close();
        probe.await(token, Readiness.WRITABLE);
    }

    @Test
    @DisplayName("a pipe whose reader closed before arming is writable, and not refused")
    void writerArmedAfterReaderClosed() throws IOException {
        Pipes.Pair pipe = pipe();
        Peers.fill(pipe.second());
        pipe.first().close();
        long token = probe.arm(pipe.second().number(), Interest.WRITE);
        probe.await(token, Readiness.WRITABLE);
        assertTrue(
                probe.eventsOf(token).stream().noneMatch(e -> e.readiness() == Readiness.ERROR),
                () -> "ERROR alone is a refusal: " + probe.eventsOf(token));
    }

    @Test
    @DisplayName("a closed peer is reported while only WRITE is armed, with READABLE or without")
    void hangupWhileOnlyWriteIsArmed() throws IOException {
        Pipes.Pair pair = socketPair();
        Peers.fill(pair.first());
        long token = probe.arm(pair.first().number(), Interest.WRITE);
        probe.poll(0);
        assertEquals(0, Sockets.shutdownOutput(pair.second().number()));
        probe.await(token, Readiness.HANGUP);
    }

    @Test
    @DisplayName("a shutdown of this side's output is not a hang-up")
    void ownShutdownIsNoHangup() throws IOException {
        Pipes.Pair pair = socketPair();
        assertEquals(0, Sockets.shutdownOutput(pair.first().number()));
        long token = probe.arm(pair.first().number(), Interest.READ | Interest.WRITE);
        pollPastEverythingBefore();
        assertTrue(
                probe.eventsOf(token).stream().noneMatch(e -> e.has(Readiness.HANGUP)),
                () -> "the peer is open: " + probe.eventsOf(token));
        Peers.write(pair.second(), "ab");
        probe.await(token, Readiness.READABLE);
    }

    @Test
    @DisplayName("a reset is reported as readable, with the error in the event or in SO_ERROR")
    void reset() throws IOException {
        Pipes.Pair pair = tcpPair();
        long token = probe.arm(pair.first().number(), Interest.READ);
        probe.poll(0);
        SocketOptionCalls.setLinger(pair.second().number(), 0);
        pair.second().close();
        Event event = probe.await(token, Readiness.READABLE);
        int errno = event.errno() != 0
                ? event.errno()
                : SocketOptionCalls.get(pair.first().number(), SocketOption.ERROR);
        assertEquals("ECONNRESET", Errno.name(errno));
    }

    @Test
    @DisplayName("a refused connect ends as an event of WRITE")
    void refusedConnect() throws IOException {
        Descriptor socket = open(Sockets.tcp(false));
        int result = Sockets.connect(socket.number(), Peers.loopback(Peers.closedPort()), false);
        if (result == -Errno.ECONNREFUSED) {
            return; // some kernels refuse immediately
        }
        assertEquals(-Errno.EINPROGRESS, result);
        long token = probe.arm(socket.number(), Interest.WRITE);
        Event event = probe.await(token, Readiness.WRITABLE);
        int errno = event.errno() != 0 ? event.errno() : SocketOptionCalls.get(socket.number(), SocketOption.ERROR);
        assertEquals("ECONNREFUSED", Errno.name(errno));
    }

    @Test
    @DisplayName("a connect that succeeds ends as an event of WRITE without error")
    void connect() throws IOException {
        Descriptor listener = open(Peers.listener());
        long accept = probe.arm(listener.number(), Interest.READ);
        Descriptor socket = open(Sockets.tcp(false));
        int result = Sockets.connect(socket.number(), Peers.loopback(Peers.port(listener)), false);
        assertTrue(result == 0 || result == -Errno.EINPROGRESS, () -> "connect: " + result);
        long token = probe.arm(socket.number(), Interest.WRITE);
        Event event = probe.await(token, Readiness.WRITABLE);
        assertEquals(0, event.readiness() & (Readiness.ERROR | Readiness.HANGUP));
        assertEquals(0, event.errno());
        if (probe.eventsOf(accept).isEmpty()) {
            probe.await(accept, Readiness.READABLE);
        }
    }

    // ---- bad descriptors, and reused numbers

    @Test
    @DisplayName("a descriptor that is not open fails alone, and the others get their events")
    void badDescriptorFailsAlone() throws IOException {
        Pipes.Pair before = socketPair();
        Pipes.Pair after = socketPair();
        Descriptor gone = Sockets.tcp(false);
        gone.close();
        Peers.write(before.second(), "ab");
        Peers.write(after.second(), "cd");
        long first = probe.arm(before.first().number(), Interest.READ);
        long bad = probe.arm(gone.number(), Interest.READ);
        long last = probe.arm(after.first().number(), Interest.READ);

        Set<Long> reported = new HashSet<>();
        while (!reported.containsAll(Set.of(first, bad, last))) {
            PollerProbe.checkNotInterrupted("not all reported: " + probe.events());
            probe.poll(PollerProbe.LIMIT_NANOS).forEach(e -> reported.add(e.token()));
        }
        List<Event> errors = probe.eventsOf(bad);
        assertTrue(
                errors.stream().allMatch(e -> e.readiness() == Readiness.ERROR && e.errno() == Errno.EBADF),
                () -> "ERROR alone, with EBADF: " + errors);
        for (long token : new long[] {first, last}) {
            assertTrue(probe.eventsOf(token).stream().noneMatch(e -> e.has(Readiness.ERROR)));
        }
    }

    @Test
    @DisplayName("a refused change ends a wait without a timeout")
    void refusalEndsTheWait() throws IOException {
        Descriptor gone = Sockets.tcp(false);
        gone.close();
        long bad = probe.arm(gone.number(), Interest.READ);
        while (probe.eventsOf(bad).isEmpty()) {
            probe.poll(NEVER);
        }
        assertEquals(Readiness.ERROR, probe.eventsOf(bad).getFirst().readiness());
    }

    @Test
    @DisplayName("good descriptors are reported even after many bad ones")
    void manyBadDescriptors() throws IOException {
        List<Long> bad = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            bad.add(probe.arm(50_000 + i, Interest.READ));
        }
        Pipes.Pair pair = socketPair();
        Peers.write(pair.second(), "ab");
        long good = probe.arm(pair.first().number(), Interest.READ);
        probe.await(good, Readiness.READABLE);
        for (long token : bad) {
            while (probe.eventsOf(token).isEmpty()) {
                PollerProbe.checkNotInterrupted("token " + token + " was not refused");
                probe.poll(0);
            }
            assertEquals(Readiness.ERROR, probe.eventsOf(token).getFirst().readiness());
        }
    }

    @Test
    @DisplayName("a reused number reports no event under the forgotten token")
    void numberIsUsedAgain() throws IOException {
        Pipes.Pair pair = Pipes.socketPair();
        int number = pair.first().number();
        long old = probe.arm(number, Interest.READ);
        probe.poll(0);
        probe.forget(number);
        pair.close();
        probe.forgetEvents();
        Pipes.Pair next = takeNumber(number);
        Peers.write(next.second(), "ab");
        long token = probe.arm(number, Interest.READ);
        assertNotEquals(old, token);
        probe.await(token, Readiness.READABLE);
        pollPastEverythingBefore();
        assertEquals(List.of(), probe.eventsOf(old));
    }

    @Test
    @DisplayName("a queued change of a forgotten descriptor does not affect its number's next owner")
    void queuedChangeIsForgotten() throws IOException {
        Pipes.Pair pair = Pipes.socketPair();
        int number = pair.first().number();
        long old = probe.arm(number, Interest.READ);
        probe.forget(number);
        pair.close();
        Pipes.Pair next = takeNumber(number);
        Peers.write(next.second(), "ab");
        pollPastEverythingBefore();
        assertEquals(List.of(), probe.eventsOf(old));
    }

    @Test
    @DisplayName("a stale forget does not affect the number's next owner")
    void staleForget() throws IOException {
        for (boolean submitted : new boolean[] {true, false}) {
            int number = socketPair().first().number();
            long old = probe.arm(number, Interest.READ);
            Pipes.Pair next = stealNumber(number);
            long token = probe.armAnew(number, Interest.READ);
            if (submitted) {
                probe.poll(0);
            }
            probe.poller().forget(number, old);
            Peers.write(next.second(), "ab");
            probe.await(token, Readiness.READABLE);
            assertEquals(List.of(), probe.eventsOf(old));
        }
    }

    @Test
    @DisplayName("a stale update does not affect the number's next owner")
    void staleUpdate() throws IOException {
        for (boolean submitted : new boolean[] {true, false}) {
            int number = socketPair().first().number();
            long old = probe.arm(number, Interest.READ);
            Pipes.Pair next = stealNumber(number);
            long token = probe.armAnew(number, Interest.READ);
            if (submitted) {
                probe.poll(0);
            }
            int calls = probe.poller().update(number, Interest.READ, Interest.READ | Interest.WRITE, old)
                    + probe.poller().update(number, Interest.READ, Interest.NONE, old)
                    + probe.poller().update(number, Interest.NONE, Interest.WRITE, old);
            assertEquals(0, calls, "kernel calls");
            pollPastEverythingBefore();
            assertEquals(List.of(), probe.eventsOf(token), "nothing has happened");
            Peers.write(next.second(), "ab");
            probe.await(token, Readiness.READABLE);
            assertEquals(List.of(), probe.eventsOf(old));
        }
    }

    @Test
    @DisplayName("an update under a forgotten token is ignored")
    void updateAfterForget() throws IOException {
        Pipes.Pair pair = socketPair();
        int number = pair.first().number();
        long old = probe.arm(number, Interest.READ);
        probe.forget(number);
        Peers.write(pair.second(), "ab");
        probe.poller().update(number, Interest.NONE, Interest.READ | Interest.WRITE, old);
        Pipes.Pair next = stealNumber(number);
        long token = probe.arm(number, Interest.READ);
        probe.poller().update(number, Interest.NONE, Interest.WRITE, old);
        Peers.write(next.second(), "ab");
        probe.await(token, Readiness.READABLE);
        assertTrue(probe.eventsOf(old).stream().noneMatch(e -> e.has(Readiness.WRITABLE)), "WRITE was never armed");
    }

    /** Closes a number without a forget, and opens a pair with it. */
    private Pipes.Pair stealNumber(int number) throws IOException {
        for (AutoCloseable closeable : List.copyOf(opened)) {
            if (closeable instanceof Pipes.Pair pair
                    && pair.first().number() == number
                    && pair.first().isOpen()) {
                pair.close();
                opened.remove(pair);
                return takeNumber(number);
            }
        }
        throw new IllegalArgumentException("no open pair has descriptor " + number);
    }

    /** Opens pairs until one has the number as its first. */
    private Pipes.Pair takeNumber(int number) throws IOException {
        for (int i = 0; i < 1000; i++) {
            Pipes.Pair pair = open(Pipes.socketPair());
            if (pair.first().number() == number) {
                return pair;
            }
            if (pair.second().number() == number) {
                return new Pipes.Pair(pair.second(), pair.first());
            }
        }
        throw new AssertionError("the kernel does not give descriptor " + number + " again");
    }

    // ---- waking up

    @Test
    @DisplayName("a wake-up ends a waiting poll")
    void wakeupWhileWaiting() throws Exception {
        CountDownLatch polling = new CountDownLatch(1);
        Thread waker = Thread.ofPlatform().start(() -> {
            await(polling);
            probe.poller().wakeup();
        });
        polling.countDown();
        assertEquals(List.of(), probe.poll(NEVER), "a wake-up is not an event");
        waker.join();
    }

    @Test
    @DisplayName("a wake-up ends the next poll if none waits")
    void wakeupBeforeWaiting() throws IOException {
        probe.poller().wakeup();
        assertEquals(List.of(), probe.poll(NEVER));
    }

    @Test
    @DisplayName("wake-ups may coalesce, and each wakes once")
    void wakeupsCoalesce() throws IOException {
        for (int i = 0; i < 1_000; i++) {
            probe.poller().wakeup();
        }
        probe.poll(NEVER);
        assertPollsWait();
    }

    @Test
    @DisplayName("no wake-up is lost among several threads")
    void noWakeupIsLost() throws Exception {
        int threads = 4;
        int each = 2_000;
        AtomicInteger posted = new AtomicInteger();
        List<Thread> senders = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            senders.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < each; i++) {
                    posted.incrementAndGet();
                    probe.poller().wakeup();
                    if (i % 64 == 0) {
                        Thread.yield();
                    }
                }
            }));
        }
        // After a lost wake-up this thread would wait for ever.
        while (posted.get() < threads * each) {
            probe.poll(NEVER);
        }
        for (Thread sender : senders) {
            sender.join();
        }
        assertEquals(threads * each, posted.get());
    }

    @Test
    @DisplayName("a wake-up also ends a poll after events")
    void wakeupAmongEvents() throws Exception {
        Pipes.Pair pair = socketPair();
        Peers.write(pair.second(), "ab");
        long token = probe.arm(pair.first().number(), Interest.READ);
        probe.poller().wakeup();
        probe.await(token, Readiness.READABLE);
        probe.poller().wakeup();
        probe.poll(NEVER);
    }

    @Test
    @DisplayName("a wake-up after close is harmless")
    void wakeupAfterClose() {
        probe.close();
        probe.poller().wakeup();
    }

    @Test
    @DisplayName("closing during wake-ups of other threads is harmless")
    void closeAmidWakeups() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicReference<RuntimeException> failure = new AtomicReference<>();
        CountDownLatch running = new CountDownLatch(4);
        List<Thread> senders = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            senders.add(Thread.ofPlatform().start(() -> {
                running.countDown();
                try {
                    while (!stop.get()) {
                        probe.poller().wakeup();
                    }
                } catch (RuntimeException e) {
                    failure.set(e);
                }
            }));
        }
        await(running);
        probe.poll(NEVER);
        probe.close();
        // The pair may have the numbers of the closed poller, and no wake-up may write to it.
        Pipes.Pair pair = pipe();
        stop.set(true);
        for (Thread sender : senders) {
            sender.join();
        }
        assertNull(failure.get());
        assertEquals(0, Peers.drain(pair.first()));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    // ---- time

    @Test
    @DisplayName("a timeout of 0 does not wait")
    void zeroTimeout() throws IOException {
        assertEquals(List.of(), probe.poll(0));
    }

    @Test
    @DisplayName("a positive timeout waits, and ends the wait")
    void positiveTimeout() throws IOException {
        assertPollsWait();
    }

    /** Polls for 20 ms. A few polls are allowed, because a timer may fire a tick early and a signal may end a wait. */
    private void assertPollsWait() throws IOException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20);
        int polls = 0;
        for (long left = deadline - System.nanoTime(); left > 0; left = deadline - System.nanoTime()) {
            assertEquals(List.of(), probe.poll(left));
            polls++;
        }
        int count = polls;
        assertTrue(count < 50, () -> "it does not wait: " + count + " polls in 20 ms");
    }

    @Test
    @DisplayName("a timeout of years waits for the event")
    void longestTimeout() throws IOException {
        Pipes.Pair pair = socketPair();
        Peers.write(pair.second(), "ab");
        long token = probe.arm(pair.first().number(), Interest.READ);
        List<Event> events = probe.poll(Long.MAX_VALUE);
        assertTrue(events.stream().anyMatch(e -> e.token() == token), events::toString);
    }

    // ---- many, and changes inside the sink

    @Test
    @DisplayName("2,000 descriptors that are ready together are all reported")
    void manyAtOnce() throws IOException {
        int count = 2_000;
        Set<Long> tokens = new HashSet<>();
        Pipes.Pair pair = socketPair();
        Peers.write(pair.second(), "ab");
        List<Pipes.Pair> pairs = new ArrayList<>();
        for (int i = 0; i < count / 2; i++) {
            Pipes.Pair next = socketPair();
            pairs.add(next);
            Peers.write(next.first(), "a");
            Peers.write(next.second(), "b");
        }
        for (Pipes.Pair next : pairs) {
            tokens.add(probe.arm(next.first().number(), Interest.READ));
            tokens.add(probe.arm(next.second().number(), Interest.READ));
        }
        Set<Long> missing = new HashSet<>(tokens);
        while (!missing.isEmpty()) {
            PollerProbe.checkNotInterrupted(missing.size() + " of " + count + " were not reported");
            for (Event event : probe.poll(PollerProbe.LIMIT_NANOS)) {
                assertTrue(tokens.contains(event.token()), () -> "a token that was never given: " + event);
                assertTrue(event.has(Readiness.READABLE), event::toString);
                missing.remove(event.token());
            }
        }
    }

    @Test
    @DisplayName("an armed interest is one change, and a poll without changes adds none, if the poller counts")
    void changesAreCounted() throws IOException {
        probe.poll(0);
        long before = probe.poller().changes();
        probe.arm(socketPair().first().number(), Interest.READ);
        probe.poll(0);
        probe.poll(0);
        long after = probe.poller().changes();
        assertTrue(after == 0 || after == before + 1, () -> before + " changes, then " + after);
    }

    @Test
    @DisplayName("the sink may arm, disarm and forget")
    void changesInsideTheSink() throws IOException {
        Pipes.Pair trigger = socketPair();
        Pipes.Pair armed = socketPair();
        Pipes.Pair silenced = socketPair();
        long silencedToken = probe.arm(silenced.first().number(), Interest.READ);
        long triggerToken = probe.arm(trigger.first().number(), Interest.READ);
        probe.poll(0);
        Peers.write(armed.second(), "ab");
        Peers.write(trigger.second(), "ab");
        long[] armedToken = new long[1];
        while (armedToken[0] == 0) {
            PollerProbe.checkNotInterrupted("no event");
            probe.poll(PollerProbe.LIMIT_NANOS, event -> {
                if (event.token() == triggerToken && armedToken[0] == 0) {
                    armedToken[0] = probe.arm(armed.first().number(), Interest.READ);
                    probe.arm(silenced.first().number(), Interest.NONE);
                    probe.forget(trigger.first().number());
                }
            });
        }
        probe.await(armedToken[0], Readiness.READABLE);
        probe.forgetEvents();
        Peers.write(silenced.second(), "ab");
        pollPastEverythingBefore();
        assertEquals(List.of(), probe.eventsOf(silencedToken));
    }

    @Test
    @DisplayName("a second close has no effect, and descriptors stay open")
    void closeTwice() throws IOException {
        Pipes.Pair pair = socketPair();
        probe.arm(pair.first().number(), Interest.READ);
        probe.poll(0);
        probe.close();
        Pipes.Pair next = socketPair();
        probe.close();
        Peers.write(pair.second(), "ab");
        assertEquals("ab", Peers.read(pair.first()));
        Peers.write(next.second(), "cd");
        assertEquals("cd", Peers.read(next.first()));
        assertFalse(probe.events().stream().anyMatch(e -> e.has(Readiness.ERROR)));
    }

    @Test
    @DisplayName("two pollers may watch one descriptor's number in turn")
    void secondPoller() throws IOException {
        Pipes.Pair pair = socketPair();
        Peers.write(pair.second(), "ab");
        probe.arm(pair.first().number(), Interest.READ);
        probe.poll(0);
        probe.arm(pair.first().number(), Interest.NONE);
        probe.poll(0);
        PollerProbe other = open(new PollerProbe(openPoller()));
        long token = other.arm(pair.first().number(), Interest.READ);
        other.await(token, Readiness.READABLE);
    }
}
