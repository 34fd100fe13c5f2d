package io.fdflux.engine;

import io.fdflux.engine.jfr.LoopEvents;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Measures where the time of one loop goes, while somebody wants that, or records its events. A turn begins with the
 * end of a wait, and ends with the beginning of the next one. What becomes due during a turn waits for its end at most,
 * so the longest turn is the loop's lag. The loop alone writes; any thread may read and switch.
 *
 * <pre>
 * measured      | clock reads per iteration
 * --------------+-------------------------------------------------------------------------------------
 * no            | none
 * yes, idle     | 2: when the tasks have ended, and behind the wait
 * yes, busy     | 3 or 4: also before the wait if there was work, and behind the work that the wait found
 * </pre>
 */
public final class TurnClock {

    /** How long the longest turn is remembered: for one of these at least, for two at most. */
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final long NEVER = Long.MIN_VALUE;

    private final Counters counters;
    private final LoopEvents events;
    private final EagainWatch eagains;

    private volatile boolean wanted;
    /** The beginning of the present turn; NEVER while the loop waits or is not measured. */
    private final AtomicLong presentTurn = new AtomicLong(NEVER);

    private final AtomicLong window = new AtomicLong(NEVER);
    private final AtomicLong longest = new AtomicLong();
    private final AtomicLong longestBefore = new AtomicLong();

    // The loop's own:
    private boolean measuring;
    /** The last moment that was read. */
    private long mark;
    /** Of the present turn. */
    private long ioNanos;

    private long taskNanos;

    TurnClock(Counters counters, LoopEvents events) {
        this.counters = counters;
        this.events = events;
        this.eagains = new EagainWatch(counters, events);
    }

    /**
     * Switches the measurement, from the next iteration on. Any thread.
     *
     * @param on false at first
     */
    public void measure(boolean on) {
        wanted = on;
    }

    /** {@return whether turns are measured} */
    public boolean isMeasured() {
        return wanted;
    }

    /**
     * {@return nanoseconds since the present turn began; 0 while the loop waits, or is not measured}
     *
     * @param now the present time of {@link System#nanoTime()}
     */
    public long presentTurnNanos(long now) {
        long began = presentTurn.getOpaque();
        return began == NEVER ? 0 : Math.max(0, now - began);
    }

    /**
     * {@return nanoseconds of the longest turn of the last 30 to 60 seconds, the present one included}
     *
     * @param now the present time of {@link System#nanoTime()}
     */
    public long longestTurnNanos(long now) {
        long began = window.getOpaque();
        long age = now - began;
        long ended = 0;
        if (began != NEVER && age < 2 * WINDOW_NANOS) {
            ended = longest.getOpaque();
            if (age < WINDOW_NANOS) {
                ended = Math.max(ended, longestBefore.getOpaque());
            }
        }
        return Math.max(ended, presentTurnNanos(now));
    }

    // ---- the loop's side

    /** An iteration begins: the tasks have ended. */
    void ioBegins(LoopContext loop) {
        if (wanted || events.wantTurns() || events.wantEagains()) {
            long now = loop.nanoTime();
            if (measuring) {
                counters.add(Counters.TASK_NANOS, now - mark);
                taskNanos += now - mark;
            }
            measuring = true;
            mark = now;
        } else if (measuring) {
            measuring = false;
            presentTurn.setOpaque(NEVER);
        }
    }

    /** The attempts behind the wait have ended, or those of an iteration without one. */
    void ioEnded(LoopContext loop) {
        if (measuring) {
            long now = loop.nanoTime();
            counters.add(Counters.IO_NANOS, now - mark);
            ioNanos += now - mark;
            mark = now;
        }
    }

    /**
     * The wait begins.
     *
     * @param worked whether there was anything to do since {@link #ioBegins}
     */
    void turnEnded(LoopContext loop, boolean worked) {
        if (worked) {
            ioEnded(loop);
        }
        long began = presentTurn.getPlain();
        if (measuring && began != NEVER) {
            presentTurn.setOpaque(NEVER);
            counters.add(Counters.MEASURED_TURNS, 1);
            note(mark - began);
            events.turnEnds(ioNanos, taskNanos);
            eagains.look(mark);
        }
    }

    private void note(long turn) {
        long age = mark - window.getPlain();
        if (age >= WINDOW_NANOS || window.getPlain() == NEVER) {
            longestBefore.setOpaque(age < 2 * WINDOW_NANOS ? longest.getPlain() : 0);
            longest.setOpaque(turn);
            window.setOpaque(mark);
        } else if (turn > longest.getPlain()) {
            longest.setOpaque(turn);
        }
    }

    /** The wait has ended. */
    void turnBegins(LoopContext loop) {
        if (measuring) {
            long now = loop.nanoTime();
            counters.add(Counters.WAIT_NANOS, now - mark);
            mark = now;
            presentTurn.setOpaque(now);
            ioNanos = 0;
            taskNanos = 0;
            events.turnBegins();
        }
    }
}
