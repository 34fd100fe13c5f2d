package io.fdflux.micrometer;

import io.fdflux.LoopCounters.Counter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.util.List;

/**
 * A counter of a loop as a meter. Two counters of one subject share a name, and differ in a tag.
 *
 * @param counter     its value
 * @param name        behind the common prefix
 * @param tags        of the difference; empty for none
 * @param unit        in Micrometer's words; null for a plain number
 * @param description for people who look at the registry
 */
record CountedMeter(Counter counter, String name, Tags tags, String unit, String description) {

    private static final String SECONDS = "seconds";

    static final List<CountedMeter> ALL = List.of(
            reads(Counter.READ_ATTEMPTS, "attempts", null, "Attempts of the engine"),
            writes(Counter.WRITE_ATTEMPTS, "attempts", null, "Attempts of the engine"),
            reads(Counter.READ_CALLS, "calls", null, "System calls that read, accept or write"),
            writes(Counter.WRITE_CALLS, "calls", null, "System calls that read, accept or write"),
            reads(Counter.BYTES_READ, "bytes", BaseUnits.BYTES, "Bytes that these calls moved"),
            writes(Counter.BYTES_WRITTEN, "bytes", BaseUnits.BYTES, "Bytes that these calls moved"),
            reads(Counter.READ_EAGAINS, "eagains", null, "Calls that found nothing, or no room"),
            writes(Counter.WRITE_EAGAINS, "eagains", null, "Calls that found nothing, or no room"),
            of(Counter.ARMS, "arms", "Interests armed at the poller"),
            of(Counter.DISARMS, "disarms", "Interests disarmed before an event spent them"),
            of(Counter.UPDATE_CALLS, "update.calls", "System calls for changes of interest"),
            of(Counter.CHANGES, "changes", "Changes of interest that the kernel got"),
            of(Counter.REFUSED_CHANGES, "changes.refused", "Changes of interest that the kernel refused"),
            of(Counter.WAIT_CALLS, "waits", "Calls that wait for events, or collect them"),
            of(Counter.TURNS, "turns", "Waits that have ended"),
            of(Counter.EVENTS, "events", "Events that the poller reported"),
            of(Counter.UNWANTED_EVENTS, "events.unwanted", "Events for a direction without demand"),
            of(Counter.STALE_EVENTS, "events.stale", "Events for a descriptor that was gone"),
            tagged(Counter.WAKEUPS_SENT, "wakeups", "result", "sent", "Wake-ups by other threads"),
            tagged(Counter.WAKEUPS_SKIPPED, "wakeups", "result", "skipped", "Wake-ups by other threads"),
            tagged(Counter.ACCEPTED, "accepts", "result", "accepted", "Connections, and accepts that failed"),
            tagged(Counter.ACCEPT_ERRORS, "accepts", "result", "failed", "Connections, and accepts that failed"),
            of(Counter.ACCEPT_BACK_OFFS, "accept.backoffs", "Pauses of listeners after a failed accept"),
            of(Counter.STAGED, "staged", "Messages that were promised before the kernel had their bytes"),
            of(Counter.LINGERED, "lingered", "Closed channels that lived on for their promised bytes"),
            of(
                    Counter.LINGERING_DROPPED,
                    "lingering.dropped",
                    "Closed channels whose peer did not take the promised bytes"),
            time(Counter.IO_NANOS, "io"),
            time(Counter.TASK_NANOS, "tasks"),
            time(Counter.WAIT_NANOS, "wait"));

    private static CountedMeter of(Counter counter, String name, String description) {
        return new CountedMeter(counter, name, Tags.empty(), null, description);
    }

    private static CountedMeter reads(Counter counter, String name, String unit, String description) {
        return new CountedMeter(counter, name, Tags.of("direction", "read"), unit, description);
    }

    private static CountedMeter writes(Counter counter, String name, String unit, String description) {
        return new CountedMeter(counter, name, Tags.of("direction", "write"), unit, description);
    }

    private static CountedMeter tagged(Counter counter, String name, String key, String value, String description) {
        return new CountedMeter(counter, name, Tags.of(key, value), null, description);
    }

    private static CountedMeter time(Counter nanos, String activity) {
        return new CountedMeter(
                nanos, "time", Tags.of("activity", activity), SECONDS, "Where the time of the loop goes");
    }

    /** {@return whether the counter has nanoseconds, and the meter seconds} */
    boolean isTime() {
        return SECONDS.equals(unit);
    }
}
