package io.fdflux.kqueue;

import io.fdflux.posix.poll.Kqueue;
import io.fdflux.spi.Interest;

/** What the kernel watches on one descriptor as far as it was told, and what it shall watch. Made once for a number. */
final class Watch {

    static final int UNQUEUED = -1;
    static final long NOBODY = Long.MIN_VALUE;

    /** The interests that the kernel's read event serves: it has one of them at a time. */
    private static final int READ_SIDE = Interest.READ | Interest.HANGUP;

    final int fd;
    /** Of the registration that the number belongs to now. */
    long token = NOBODY;
    /** Where it stands among the changed ones, or {@link #UNQUEUED}. */
    int index = UNQUEUED;

    /** Enabled in the kernel: READ or HANGUP or neither, and WRITE or not. */
    private int armed;
    /** What the caller asked for. */
    private int wanted;
    /** The end was reported: asking for room need not watch for it any more. */
    private boolean endSeen;
    /** The kernel reports data to a watch for hang-up alone. It would do so again and again until somebody reads. */
    private boolean hangupUnwatchable;

    Watch(int fd) {
        this.fd = fd;
    }

    /** A new life: the number was closed, or is about to be. */
    void reset() {
        token = NOBODY;
        armed = Interest.NONE;
        wanted = Interest.NONE;
        endSeen = false;
        hangupUnwatchable = false;
    }

    void want(int now, long newToken) {
        if (token != newToken) {
            reset(); // a new descriptor under the number: nothing of it is armed
            token = newToken;
        }
        wanted = now;
        if ((now & Interest.READ) != 0) {
            hangupUnwatchable = false; // asked for after everything was read
        }
    }

    /** What has to be armed for what is wanted. Asking for room to write is asking to hear of a lost peer, once. */
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

    /** Whether the kernel has taken a read event of this descriptor, now or before it reported the end. */
    boolean readTaken() {
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

    /** The read event was reported, and is gone with that. */
    void readReported(boolean end) {
        endSeen |= end;
        hangupUnwatchable = !end && readArmed() == Interest.HANGUP;
        readSpent();
    }

    /** The read event is gone. */
    void readSpent() {
        armed &= ~READ_SIDE;
    }

    /** The kernel does not have a watch: returns the interest that it was for. */
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
