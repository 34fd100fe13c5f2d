package io.fdflux;

import io.fdflux.engine.Counters;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The counters of one loop since its start. Always on. Any thread may read them. */
public final class LoopCounters {

    /** The counters. */
    public enum Counter {
        /** Attempts to read or accept. Each makes one or a few calls. */
        READ_ATTEMPTS(Counters.READ_ATTEMPTS),
        /** Attempts to write or to finish a connect. */
        WRITE_ATTEMPTS(Counters.WRITE_ATTEMPTS),
        /** Read and accept calls made. */
        READ_CALLS(Counters.READ_CALLS),
        /** Write calls made. */
        WRITE_CALLS(Counters.WRITE_CALLS),
        /** Bytes read. */
        BYTES_READ(Counters.BYTES_READ),
        /** Bytes written. */
        BYTES_WRITTEN(Counters.BYTES_WRITTEN),
        /** Reads and accepts that returned EAGAIN. */
        READ_EAGAINS(Counters.READ_EAGAINS),
        /** Writes that returned EAGAIN. */
        WRITE_EAGAINS(Counters.WRITE_EAGAINS),
        /** Interests newly armed at the poller. */
        ARMS(Counters.ARMS),
        /** Interests disarmed before an event spent them. */
        DISARMS(Counters.DISARMS),
        /**
         * Kernel calls for changes of interest, such as epoll_ctl(2). Changes that are passed with the wait call
         * need none.
         */
        UPDATE_CALLS(Counters.UPDATE_CALLS),
        /** Calls that wait for events, or collect them without waiting. */
        WAIT_CALLS(Counters.WAIT_CALLS),
        /** Events that the poller reported. */
        EVENTS(Counters.EVENTS),
        /** Events for a direction without demand. */
        UNWANTED_EVENTS(Counters.UNWANTED_EVENTS),
        /** Events for a descriptor that was already closed. */
        STALE_EVENTS(Counters.STALE_EVENTS),
        /** Wake-ups sent to the loop by other threads. */
        WAKEUPS_SENT(Counters.WAKEUPS_SENT),
        /** Wake-ups not sent because the loop was not blocked. */
        WAKEUPS_SKIPPED(Counters.WAKEUPS_SKIPPED),
        /** Connections accepted. */
        ACCEPTED(Counters.ACCEPTED),
        /** Accepts that failed, other than by EAGAIN. */
        ACCEPT_ERRORS(Counters.ACCEPT_ERRORS),
        /** Messages whose promise succeeded before the kernel had the bytes: they leave at the end of the turn. */
        STAGED(Counters.STAGED),
        /** Closed channels that live on without their pipeline, until the peer has taken what was promised. */
        LINGERED(Counters.LINGERED),
        /** Closed channels whose peer did not take what was promised. */
        LINGERING_DROPPED(Counters.LINGERING_DROPPED),
        /**
         * Changes of interest that the kernel has got: epoll_ctl(2) calls, or entries of the lists of kevent(2). One of
         * them may arm two interests, reading and hang-up.
         */
        CHANGES(Counters.CHANGES),
        /** Waits that have ended. Each begins a turn: what it reported, then tasks, until the next wait. */
        TURNS(Counters.TURNS),
        /** Of {@link #LINGERED}, those that live no more. The difference is the number that lives now. */
        LINGERING_ENDED(Counters.LINGERING_ENDED),
        /** Pauses of listeners after an accept that failed for want of descriptors or memory. */
        ACCEPT_BACK_OFFS(Counters.ACCEPT_BACK_OFFS),
        /** Changes of interest, and watches of kernel sources, that the kernel has refused. */
        REFUSED_CHANGES(Counters.REFUSED_CHANGES),
        /** Turns that were measured. This one and those below count while {@link FdLoops#measureTurns} is on. */
        MEASURED_TURNS(Counters.MEASURED_TURNS),
        /** Nanoseconds of reads, writes, accepts, their handlers, and changes of interest. */
        IO_NANOS(Counters.IO_NANOS),
        /** Nanoseconds of tasks and timers. */
        TASK_NANOS(Counters.TASK_NANOS),
        /** Nanoseconds in the wait call. */
        WAIT_NANOS(Counters.WAIT_NANOS);

        private final int index;

        Counter(int index) {
            this.index = index;
        }

        /** {@return the name in camel case, as maps and metrics use it} */
        public String key() {
            StringBuilder key = new StringBuilder();
            for (String word : name().toLowerCase(Locale.ROOT).split("_")) {
                key.append(key.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
            }
            return key.toString();
        }
    }

    private final Counters counters;

    LoopCounters(Counters counters) {
        this.counters = counters;
    }

    /**
     * Reads one counter. Any thread.
     *
     * @param counter the counter
     * @return its value since the loop started
     */
    public long get(Counter counter) {
        return counters.get(counter.index);
    }

    /**
     * Reads all counters. Any thread; each value is exact, but they are not of one moment.
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

    /** {@return the counters that are not 0, for logs and debuggers} */
    @Override
    public String toString() {
        Map<String, Long> map = asMap();
        map.values().removeIf(value -> value == 0);
        return map.toString();
    }
}
