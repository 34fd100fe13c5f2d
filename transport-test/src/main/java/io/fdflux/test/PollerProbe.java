package io.fdflux.test;

import io.fdflux.spi.Interest;
import io.fdflux.spi.Poller;
import io.fdflux.spi.Readiness;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Drives a {@link Poller} in the tests of its contract: keeps the books that its caller has to keep (what is armed,
 * which event has spent what), and all events that came. Owner thread only, like the poller.
 */
final class PollerProbe implements AutoCloseable {

    /** One event. */
    record Event(long token, int readiness, long available, int errno) {
        boolean has(int bits) {
            return (readiness & bits) == bits;
        }
    }

    /** Longer than any event takes to come: a wait for one that never comes ends by the test's time-out. */
    static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private record Arm(int fd, int interest) {}

    private final Poller poller;
    private final List<Event> events = new ArrayList<>();
    private final Map<Long, Arm> arms = new HashMap<>();
    private final Map<Integer, Long> tokens = new HashMap<>();
    private long nextToken = 1;

    PollerProbe(Poller poller) {
        this.poller = poller;
    }

    Poller poller() {
        return poller;
    }

    /** Arms a descriptor under a token of its own, which it keeps until {@link #forget} or {@link #armAnew}. */
    long arm(int fd, int interest) {
        long token = tokens.computeIfAbsent(fd, f -> nextToken++);
        update(fd, interest, token);
        return token;
    }

    /** The same for a new owner of the number; nobody has told the poller that the former one is gone. */
    long armAnew(int fd, int interest) {
        arms.remove(tokens.remove(fd));
        return arm(fd, interest);
    }

    private void update(int fd, int interest, long token) {
        Arm before = arms.put(token, new Arm(fd, interest));
        poller.update(fd, before == null ? Interest.NONE : before.interest(), interest, token);
    }

    /** What is armed under a token, as its caller knows it. */
    int armed(long token) {
        Arm arm = arms.get(token);
        return arm == null ? Interest.NONE : arm.interest();
    }

    void forget(int fd) {
        Long token = tokens.remove(fd);
        if (token != null) {
            poller.forget(fd, token);
            arms.remove(token);
        }
    }

    /** Polls once; the events are kept too. */
    List<Event> poll(long timeoutNanos) throws IOException {
        return poll(timeoutNanos, event -> {});
    }

    List<Event> poll(long timeoutNanos, java.util.function.Consumer<Event> inside) throws IOException {
        List<Event> now = new ArrayList<>();
        int reported = poller.poll(timeoutNanos, (token, readiness, available, errno) -> {
            Event event = new Event(token, readiness, available, errno);
            now.add(event);
            spend(event);
            inside.accept(event);
        });
        events.addAll(now);
        if (reported != now.size()) {
            throw new AssertionError("poll says that it reported " + reported + " events; it reported " + now);
        }
        return now;
    }

    private void spend(Event event) {
        Arm arm = arms.get(event.token());
        if (arm == null) {
            return;
        }
        boolean refused = event.readiness() == Readiness.ERROR && event.errno() != 0;
        if (refused) {
            arms.put(event.token(), new Arm(arm.fd(), Interest.NONE));
        } else if (poller.armSpentByEvent()) {
            int spent = (event.has(Readiness.READABLE) ? Interest.READ | Interest.HANGUP : 0)
                    | (event.has(Readiness.HANGUP) ? Interest.HANGUP : 0)
                    | (event.has(Readiness.WRITABLE) ? Interest.WRITE : 0);
            arms.put(event.token(), new Arm(arm.fd(), arm.interest() & ~spent));
        }
    }

    /** Polls until an event of a token has all these bits, arming anew what events before it have spent. */
    Event await(long token, int bits) throws IOException {
        int interest = armed(token);
        int seen = 0;
        while (true) {
            for (Event event : poll(PATIENCE_NANOS)) {
                if (event.token() == token && event.has(bits)) {
                    return event;
                }
                seen++;
            }
            checkNotInterrupted(
                    "no event of token " + token + " with readiness " + bits + "; " + seen + " others came");
            Arm arm = arms.get(token);
            if (arm != null && arm.interest() != interest) {
                update(arm.fd(), interest, token);
            }
        }
    }

    /** JUnit's time-out interrupts the test; polls need not heed that. */
    static void checkNotInterrupted(String what) {
        if (Thread.interrupted()) {
            throw new AssertionError(what);
        }
    }

    /** All events of a token so far. */
    List<Event> eventsOf(long token) {
        return events.stream().filter(e -> e.token() == token).toList();
    }

    /** All events so far. */
    List<Event> events() {
        return List.copyOf(events);
    }

    void forgetEvents() {
        events.clear();
    }

    @Override
    public void close() {
        poller.close();
    }
}
