package io.fdflux.kqueue;

import io.fdflux.posix.poll.Kqueue;
import io.fdflux.spi.Interest;

/** Holds the wanted and the armed interests of one descriptor. It is made once per number. Owner thread only. */
final class Watch {

    static final int UNQUEUED = -1;
    static final long NO_TOKEN = Long.MIN_VALUE;

    /** The interests of the kernel's read event, which serves one of them at a time. */
    private static final int READ_SIDE = Interest.READ | Interest.HANGUP;

    final int fd;
    /** The token that has the number now. */
    long token = NO_TOKEN;
    /** Its index in the queue, or {@link #UNQUEUED}. */
    int index = UNQUEUED;

    /** Enabled in the kernel: READ, HANGUP or neither, and WRITE or not. */
    private int armed;
    /** The interests of the last update. */
    private int wanted;
    /** Whether the end was reported, so that WRITE need not arm HANGUP any more. */
    private boolean endSeen;
    /** Whether the kernel has reported data to a watch for HANGUP alone, and would do so until the data is read. */
    private boolean hangupUnwatchable;

    Watch(int fd) {
        this.fd = fd;
    }

    /** Drops the state of a number that was closed or is about to be. */
    void reset() {
        token = NO_TOKEN;
        armed = Interest.NONE;
        wanted = Interest.NONE;
        endSeen = false;
        hangupUnwatchable = false;
    }

    void want(int now, long newToken) {
        if (token != newToken) {
            reset(); // a new descriptor, of which nothing is armed
            token = newToken;
        }
        wanted = now;
        if ((now & Interest.READ) != 0) {
            hangupUnwatchable = false; // armed after all data was read
        }
    }

    /** The interests to arm for the wanted ones. WRITE includes HANGUP until the end is reported once. */
    int target() {
        int write = wanted & Interest.WRITE;
        if ((wanted & Interest.READ) != 0) {
            return Interest.READ | write;
        }
        boolean hangup = (wanted & Interest.HANGUP) != 0 || write != 0 && !endSeen;
        return hangup && !hangupUnwatchable ? Interest.HANGUP | write : write;
    }

    int readArmed() {
        return armed & READ_SIDE;
    }

    /** Whether the kernel has accepted a read event of this descriptor, now or before it reported the end. */
    boolean readAccepted() {
        return readArmed() != Interest.NONE || endSeen;
    }

    static int readSide(int interests) {
        return interests & READ_SIDE;
    }

    int writeArmed() {
        return armed & Interest.WRITE;
    }

    void arm(int target) {
        armed = target;
    }

    /** Notes a reported read event, which disarms it. */
    void readReported(boolean end) {
        endSeen |= end;
        hangupUnwatchable = !end && readArmed() == Interest.HANGUP;
        readSpent();
    }

    /** Notes that the read event is disarmed. */
    void readSpent() {
        armed &= ~READ_SIDE;
    }

    /** Notes that the kernel lacks a watch. Returns the interest that it was for. */
    int spend(int filter) {
        boolean read = filter == Kqueue.FILTER_READ;
        int lost = read ? readArmed() : writeArmed();
        armed &= read ? ~READ_SIDE : ~Interest.WRITE;
        return lost;
    }

    void writeSpent() {
        armed &= ~Interest.WRITE;
    }
}
