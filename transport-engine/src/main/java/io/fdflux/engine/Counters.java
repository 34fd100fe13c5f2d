package io.fdflux.engine;

import io.fdflux.posix.Errno;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the work of one loop. The loop alone writes, with plain stores that other threads see soon. Any thread may
 * read. Each constant is one counter; the enum {@code LoopCounters} describes them to users.
 */
public final class Counters {

    /** Attempts to read or accept. */
    public static final int READ_ATTEMPTS = 0;
    /** Attempts to write or to finish a connect. */
    public static final int WRITE_ATTEMPTS = 1;
    /** Read and accept calls. */
    public static final int READ_CALLS = 2;
    /** Write calls. */
    public static final int WRITE_CALLS = 3;
    /** Bytes read. */
    public static final int BYTES_READ = 4;
    /** Bytes written. */
    public static final int BYTES_WRITTEN = 5;
    /** Reads and accepts that returned EAGAIN. */
    public static final int READ_EAGAINS = 6;
    /** Writes that returned EAGAIN. */
    public static final int WRITE_EAGAINS = 7;
    /** Interests newly armed. */
    public static final int ARMS = 8;
    /** Interests disarmed before an event spent them. */
    public static final int DISARMS = 9;
    /** Kernel calls for changes of interest. */
    public static final int UPDATE_CALLS = 10;
    /** Calls that wait for events. */
    public static final int WAIT_CALLS = 11;
    /** Events reported. */
    public static final int EVENTS = 12;
    /** Events for a direction without demand. */
    public static final int UNWANTED_EVENTS = 13;
    /** Events for a closed descriptor. */
    public static final int STALE_EVENTS = 14;
    /** Wake-ups sent by other threads. */
    public static final int WAKEUPS_SENT = 15;
    /** Wake-ups skipped because the loop was not blocked. */
    public static final int WAKEUPS_SKIPPED = 16;
    /** Connections accepted. */
    public static final int ACCEPTED = 17;
    /** Accepts that failed, other than by EAGAIN. */
    public static final int ACCEPT_ERRORS = 18;

    /** Messages whose writers were told of success before the kernel had the bytes. */
    public static final int STAGED = 19;
    /** Closed descriptors that lived on until the peer had taken what was promised. */
    public static final int LINGERED = 20;
    /** Closed descriptors whose peer did not take what was promised. */
    public static final int LINGERING_DROPPED = 21;

    /** Changes of interest that the kernel has got. */
    public static final int CHANGES = 22;

    /** Waits that have ended. Each begins a turn of the loop. */
    public static final int TURNS = 23;
    /** Closed descriptors that lived on, and have ended. */
    public static final int LINGERING_ENDED = 24;
    /** Pauses of a listener after an accept that failed. */
    public static final int ACCEPT_BACK_OFFS = 25;
    /** Changes of interest and watches of kernel sources that the kernel has refused. */
    public static final int REFUSED_CHANGES = 26;
    /** Turns that were measured, see {@link TurnClock}. */
    public static final int MEASURED_TURNS = 27;
    /** Nanoseconds of attempts and changes of interest, while turns are measured. */
    public static final int IO_NANOS = 28;
    /** Nanoseconds of tasks and timers, while turns are measured. */
    public static final int TASK_NANOS = 29;
    /** Nanoseconds in the poller, while turns are measured. */
    public static final int WAIT_NANOS = 30;

    /** The number of counters. */
    static final int COUNT = WAIT_NANOS + 1;

    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] cells = new long[COUNT];
    // Only these two are counted by other threads.
    private final LongAdder wakeupsSent = new LongAdder();
    private final LongAdder wakeupsSkipped = new LongAdder();

    /** Makes counters that are all 0. */
    public Counters() {}

    /**
     * Reads one counter. Any thread.
     *
     * @param counter one of the constants
     * @return its value, since the loop started
     */
    public long get(int counter) {
        return switch (counter) {
            case WAKEUPS_SENT -> wakeupsSent.sum();
            case WAKEUPS_SKIPPED -> wakeupsSkipped.sum();
            default -> (long) CELL.getOpaque(cells, counter);
        };
    }

    void add(int counter, long amount) {
        CELL.setOpaque(cells, counter, cells[counter] + amount);
    }

    /**
     * Counts a read call. {@link Registration#onReadWouldBlock} counts its EAGAIN.
     *
     * @param result the bytes moved, or {@code -errno}
     */
    public void readCall(long result) {
        add(READ_CALLS, 1);
        add(BYTES_READ, Math.max(result, 0));
    }

    /**
     * Counts a write call.
     *
     * @param result the bytes moved, or {@code -errno}
     */
    public void writeCall(long result) {
        add(WRITE_CALLS, 1);
        add(BYTES_WRITTEN, Math.max(result, 0));
        if (result == -Errno.EAGAIN) {
            add(WRITE_EAGAINS, 1);
        }
    }

    /** Counts an accepted connection. */
    public void accepted() {
        add(ACCEPTED, 1);
    }

    /** Counts a failed accept. */
    public void acceptError() {
        add(ACCEPT_ERRORS, 1);
    }

    /**
     * Counts messages that were staged.
     *
     * @param messages how many
     */
    public void staged(int messages) {
        add(STAGED, messages);
    }

    /** Counts a descriptor that lives on after its close. */
    public void lingered() {
        add(LINGERED, 1);
    }

    /** Counts a descriptor whose promised bytes were dropped. */
    public void lingeringDropped() {
        add(LINGERING_DROPPED, 1);
    }

    /** Counts a descriptor that has lived on after its close, and lives no more. */
    public void lingeringEnded() {
        add(LINGERING_ENDED, 1);
    }

    void acceptBackOff() {
        add(ACCEPT_BACK_OFFS, 1);
    }

    void refusedChange() {
        add(REFUSED_CHANGES, 1);
    }

    /** Counts the end of a wait. */
    void turn() {
        add(TURNS, 1);
    }

    void readWouldBlock() {
        add(READ_EAGAINS, 1);
    }

    void readAttempt() {
        add(READ_ATTEMPTS, 1);
    }

    void writeAttempt() {
        add(WRITE_ATTEMPTS, 1);
    }

    void armed(int interests) {
        add(ARMS, interests);
    }

    void disarmed(int interests) {
        add(DISARMS, interests);
    }

    void updateCalls(int calls) {
        add(UPDATE_CALLS, calls);
    }

    void changes(long total) {
        CELL.setOpaque(cells, CHANGES, total);
    }

    void waitCall() {
        add(WAIT_CALLS, 1);
    }

    void events(int count) {
        add(EVENTS, count);
    }

    void unwantedEvent() {
        add(UNWANTED_EVENTS, 1);
    }

    void staleEvent() {
        add(STALE_EVENTS, 1);
    }

    /** Any thread. */
    void wakeupSent() {
        wakeupsSent.increment();
    }

    /** Any thread. */
    void wakeupSkipped() {
        wakeupsSkipped.increment();
    }
}
