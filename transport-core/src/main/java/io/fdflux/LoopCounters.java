package io.fdflux;

import io.fdflux.posix.Errno;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * What one loop has done since it started. Always on: the loop alone writes them, with plain stores that become visible to
 * other threads soon. Any thread may read.
 */
public final class LoopCounters {

    /** The counters. */
    public enum Counter {
        /** Attempts to read or accept that the engine made: each makes one or a few calls. */
        READ_ATTEMPTS,
        /** Attempts to write or to finish a connect. */
        WRITE_ATTEMPTS,
        /** Read and accept calls made. */
        READ_CALLS,
        /** Write calls made. */
        WRITE_CALLS,
        /** Bytes read. */
        BYTES_READ,
        /** Bytes written. */
        BYTES_WRITTEN,
        /** Reads and accepts that answered EAGAIN. */
        READ_EAGAINS,
        /** Writes that answered EAGAIN. */
        WRITE_EAGAINS,
        /** Interests newly armed at the poller. */
        ARMS,
        /** Interests taken off before an event spent them. */
        DISARMS,
        /** Kernel calls that changes of interest cost: epoll_ctl. None where they ride in the wait. */
        UPDATE_CALLS,
        /** Calls that wait for events, or look for them. */
        WAIT_CALLS,
        /** Events that the poller reported. */
        EVENTS,
        /** Events for a direction without demand. */
        UNWANTED_EVENTS,
        /** Events for a descriptor that was gone already. */
        STALE_EVENTS,
        /** Wake-ups sent to the loop by other threads. */
        WAKEUPS_SENT,
        /** Wake-ups not sent because the loop was not blocked. */
        WAKEUPS_SKIPPED,
        /** Connections accepted. */
        ACCEPTED,
        /** Accepts that failed, other than by EAGAIN. */
        ACCEPT_ERRORS;

        /** {@return the name in camel case, as maps and metrics call it} */
        public String key() {
            StringBuilder key = new StringBuilder();
            for (String word : name().toLowerCase(Locale.ROOT).split("_")) {
                key.append(key.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
            }
            return key.toString();
        }
    }

    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] cells = new long[Counter.values().length];
    // The only two that other threads count.
    private final LongAdder wakeupsSent = new LongAdder();
    private final LongAdder wakeupsSkipped = new LongAdder();

    LoopCounters() {}

    /**
     * Reads one counter. Any thread.
     *
     * @param counter which
     * @return its value, since the loop started
     */
    public long get(Counter counter) {
        return switch (counter) {
            case WAKEUPS_SENT -> wakeupsSent.sum();
            case WAKEUPS_SKIPPED -> wakeupsSkipped.sum();
            default -> (long) CELL.getOpaque(cells, counter.ordinal());
        };
    }

    /**
     * Reads all. Any thread; each value is exact, the whole is not one moment's.
     *
     * @return a new map by {@link Counter#key()}, in the order of the enum
     */
    public Map<String, Long> asMap() {
        Map<String, Long> map = new LinkedHashMap<>();
        for (Counter counter : Counter.values()) {
            map.put(counter.key(), get(counter));
        }
        return map;
    }

    /** {@return what is not 0, as a log or a debugger shows it} */
    @Override
    public String toString() {
        Map<String, Long> map = asMap();
        map.values().removeIf(value -> value == 0);
        return map.toString();
    }

    /**
     * Counts. Loop thread only.
     *
     * @param counter which, not one of the wake-ups
     * @param amount  by how much
     */
    void add(Counter counter, long amount) {
        int i = counter.ordinal();
        CELL.setOpaque(cells, i, cells[i] + amount);
    }

    /**
     * A read call was made. Loop thread only. Its EAGAIN is counted by {@link Registration#readWouldBlock}.
     *
     * @param result the bytes that it moved, or {@code -errno}
     */
    public void readCall(long result) {
        add(Counter.READ_CALLS, 1);
        add(Counter.BYTES_READ, Math.max(result, 0));
    }

    /**
     * A write call was made. Loop thread only.
     *
     * @param result the bytes that it moved, or {@code -errno}
     */
    public void writeCall(long result) {
        add(Counter.WRITE_CALLS, 1);
        add(Counter.BYTES_WRITTEN, Math.max(result, 0));
        if (result == -Errno.EAGAIN) {
            add(Counter.WRITE_EAGAINS, 1);
        }
    }

    /** A connection was accepted. Loop thread only. */
    public void accepted() {
        add(Counter.ACCEPTED, 1);
    }

    /** An accept failed. Loop thread only. */
    public void acceptError() {
        add(Counter.ACCEPT_ERRORS, 1);
    }

    void readWouldBlock() {
        add(Counter.READ_EAGAINS, 1);
    }

    void readAttempt() {
        add(Counter.READ_ATTEMPTS, 1);
    }

    void writeAttempt() {
        add(Counter.WRITE_ATTEMPTS, 1);
    }

    void unwantedEvent() {
        add(Counter.UNWANTED_EVENTS, 1);
    }

    void wakeupSent() {
        wakeupsSent.increment();
    }

    void wakeupSkipped() {
        wakeupsSkipped.increment();
    }
}
