package io.fdflux.engine;

import io.fdflux.engine.jfr.LoopEvents;
import java.util.concurrent.TimeUnit;

/**
 * Finds seconds in which most calls of a loop would have blocked: at least {@link #MANY} of them, and more than half of
 * all. A loop that reads on demand, and knows what is there, has few. Loop thread only.
 */
final class EagainWatch {

    static final long MANY = 1_000;

    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Counters counters;
    private final LoopEvents events;
    private boolean watching;
    private long since;
    private long readEagains;
    private long writeEagains;
    private long calls;

    EagainWatch(Counters counters, LoopEvents events) {
        this.counters = counters;
        this.events = events;
    }

    /** Looks at a moment that the loop has read anyway. */
    void look(long now) {
        if (!events.wantEagains()) {
            watching = false;
        } else if (!watching) {
            watching = true;
            begin(now);
        } else if (now - since >= PERIOD_NANOS) {
            end(now);
            begin(now);
        }
    }

    private void begin(long now) {
        since = now;
        readEagains = counters.get(Counters.READ_EAGAINS);
        writeEagains = counters.get(Counters.WRITE_EAGAINS);
        calls = allCalls();
    }

    private void end(long now) {
        long reads = counters.get(Counters.READ_EAGAINS) - readEagains;
        long writes = counters.get(Counters.WRITE_EAGAINS) - writeEagains;
        long made = allCalls() - calls;
        if (reads + writes >= MANY && 2 * (reads + writes) > made) {
            events.eagains(now - since, reads, writes, made);
        }
    }

    private long allCalls() {
        return counters.get(Counters.READ_CALLS) + counters.get(Counters.WRITE_CALLS);
    }
}
