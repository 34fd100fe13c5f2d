package io.fdflux.kqueue;

import io.fdflux.posix.Pipes;
import io.fdflux.posix.io.Io;
import io.fdflux.spi.Poller;
import io.fdflux.spi.ReadinessSink;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Polls, and records the events. */
final class Recorder {

    /** One event of the sink. */
    record Event(long token, int readiness, long available, int errno) {}

    static final long SOON = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long LATEST = TimeUnit.SECONDS.toNanos(10);
    private static final MemorySegment BYTES = Arena.global().allocate(1 << 16);

    private final Poller poller;

    Recorder(Poller poller) {
        this.poller = poller;
    }

    /** Polls for a short time, to check that no event comes. */
    List<Event> nothingMore() throws IOException {
        return poll(SOON);
    }

    List<Event> poll(long nanos) throws IOException {
        List<Event> events = new ArrayList<>();
        ReadinessSink sink =
                (token, readiness, available, errno) -> events.add(new Event(token, readiness, available, errno));
        int reported = poller.poll(nanos, sink);
        if (reported != events.size()) {
            throw new AssertionError(reported + " events told, but " + events);
        }
        return events;
    }

    /** Polls until a number of events has come, because FIN and RST of the loopback may be late. */
    List<Event> await(int count) throws IOException {
        List<Event> events = new ArrayList<>();
        long deadline = System.nanoTime() + LATEST;
        while (events.size() < count && System.nanoTime() < deadline) {
            events.addAll(poll(LATEST / 10));
        }
        return events;
    }

    Event one() throws IOException {
        List<Event> events = await(1);
        if (events.size() != 1) {
            throw new AssertionError("one event was expected, not " + events);
        }
        return events.getFirst();
    }

    static void write(int fd, int length) {
        int written = Io.write(fd, BYTES.address(), length);
        if (written != length) {
            throw new AssertionError("write: " + written);
        }
    }

    static int read(int fd) {
        return Io.read(fd, BYTES.address(), (int) BYTES.byteSize());
    }

    /** Writes until the call would block. */
    static void fill(int fd) {
        int written;
        do {
            written = Io.write(fd, BYTES.address(), (int) BYTES.byteSize());
        } while (written > 0);
    }

    static int near(Pipes.Pair pair) {
        return pair.first().number();
    }

    static int far(Pipes.Pair pair) {
        return pair.second().number();
    }
}
