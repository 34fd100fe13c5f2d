package io.fdflux.engine;

import io.fdflux.spi.Readiness;
import io.fdflux.spi.ReadinessSink;

/**
 * Keeps the poller's reports of a descriptor's input until a read consumes them: hang-up, error, and the number of
 * bytes, or of a listener's queued connections. Loop thread only.
 *
 * <pre>
 * field      | set by                    | cleared by
 * -----------+---------------------------+------------------------------------------------------------------
 * hangup     | HANGUP                    | EAGAIN. Sticky until then: data and FIN may come in one edge
 * urgent     | URGENT                    | EAGAIN. Sticky too: a read ends before an urgent byte
 * available  | READABLE with its count,  | reads count it down; UNKNOWN again by EAGAIN, once drained, or by
 *            | or the owner's count      | HANGUP without READABLE: more may have come since the count
 * failed     | ERROR                     | a new connect
 * errno      | an errno with the event   | a new connect
 * </pre>
 */
final class PeerReport {

    boolean hangup;
    boolean urgent;
    boolean failed;
    int errno;
    private long available = ReadinessSink.UNKNOWN;

    void onEvent(int readiness, long bytes, int error) {
        if (error != 0) {
            errno = error;
        }
        failed |= (readiness & Readiness.ERROR) != 0;
        urgent |= (readiness & Readiness.URGENT) != 0;
        hangup |= (readiness & Readiness.HANGUP) != 0;
        if ((readiness & Readiness.READABLE) != 0) {
            available = bytes;
        } else if ((readiness & Readiness.HANGUP) != 0) {
            available = ReadinessSink.UNKNOWN;
        }
    }

    boolean isCounted() {
        return available != ReadinessSink.UNKNOWN;
    }

    void counted(long waiting) {
        available = waiting;
    }

    /**
     * Counts a read.
     *
     * @param provesDrained whether a short read of this descriptor proves that it is drained
     * @return whether the descriptor is drained, by this read or by the poller's count
     */
    boolean drainedBy(int asked, int got, boolean provesDrained) {
        boolean drained = provesDrained && !urgent && got < asked;
        if (available != ReadinessSink.UNKNOWN) {
            available -= got;
            drained |= available <= 0;
        }
        if (drained) {
            available = hangup && available != ReadinessSink.UNKNOWN ? 0 : ReadinessSink.UNKNOWN;
        }
        return drained;
    }

    /**
     * Records that a read returned EAGAIN.
     *
     * @return whether a hang-up was reported, which is now known to be spurious
     */
    boolean onWouldBlock() {
        boolean spurious = hangup;
        hangup = false;
        urgent = false;
        available = ReadinessSink.UNKNOWN;
        return spurious;
    }

    boolean atEndOfInput() {
        return hangup && available == 0 && errno == 0;
    }

    /** Clears the state that a failed connect left behind; the reader of {@link #urgent} clears that. */
    void startOver() {
        hangup = false;
        failed = false;
        errno = 0;
        available = ReadinessSink.UNKNOWN;
    }
}
