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
 * Drives a {@link Poller} in the tests of its contract. It tracks armed interests as the engine does, and records all
 * events. Owner thread only, like the poller.
 */
final class PollerProbe implements AutoCloseable {

    /** One event. */
    record Event(long token, int readiness, long available, int errno) {
        boolean has(int bits) {
            return (readiness & bits) == bits;
        }
    }

    /** Longer than any event takes. The test's timeout ends a wait for a missing event. */
    static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(1);

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

    /** Arms a descriptor under its own token, which it keeps until {@link #forget} or {@link #armAnew}. */
    long arm(int fd, int interest) {
        long token = tokens.computeIfAbsent(fd, f -> nextToken++);
        update(fd, interest, token);
        return token;
    }

    /** Arms a number for a new owner, without a forget of the former one. */
    long armAnew(int fd, int interest) {
        arms.remove(tokens.remove(fd));
        return arm(fd, interest);
    }

    private void update(int fd, int interest, long token) {
        Arm before = arms.put(token, new Arm(fd, interest));
        poller.update(fd, before == null ? Interest.NONE : before.interest(), interest, token);
    }

    /** The armed interests of a token, by the caller's records. */
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

    /** Polls once, and records the events. */
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

    /** Polls until an event of a token has all these bits. Arms interests again that earlier events have disarmed. */
    Event await(long token, int bits) throws IOException {
        int interest = armed(token);
        int seen = 0;
        while (true) {
            for (Event event : poll(LIMIT_NANOS)) {
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

    /** Fails after an interrupt by JUnit's timeout, which a poll may ignore. */
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
