package io.fdflux.engine;

/**
 * One direction of one descriptor: three bits.
 *
 * <pre>
 * wanted ready armed | effect
 * -------------------+----------------------------------------------------------------------
 *  yes    yes   any  | on the run list: attempted in this iteration, without a poll
 *  yes    no    no   | on the update list: armed by the next poll
 *  yes    no    yes  | none: the kernel will report an event
 *  no     any   any  | none. An event sets ready; the second one disarms a persistent watch
 * </pre>
 *
 * {@code ready} starts true, which makes the first attempt speculative. EAGAIN clears it, and so does proof that the
 * descriptor is drained. An event sets it. Loop thread only.
 */
final class Direction {

    /** Demand is outstanding. */
    boolean wanted;

    /** An attempt may succeed. */
    boolean ready = true;

    /** The kernel is watching. */
    boolean armed;

    /** Stands on the run list. */
    boolean queued;

    /** An event came without demand, and the watch is still armed; the next such event disarms it. */
    boolean unwanted;

    /** Starts again for another open file under the number: nothing is armed, and the first attempt is speculative. */
    void startOver() {
        ready = true;
        armed = false;
        unwanted = false;
    }

    /** Whether an attempt is due. */
    boolean runnable() {
        return wanted && ready;
    }

    /** Whether the poller has to arm the interest. */
    boolean needsArming() {
        return wanted && !ready && !armed;
    }

    /**
     * Records an event of this direction.
     *
     * @param spent whether the event has disarmed the watch
     * @return whether to disarm the watch, because its events come without demand
     */
    boolean event(boolean spent) {
        ready = true;
        if (spent) {
            armed = false;
        }
        boolean disarm = armed && !wanted && unwanted;
        unwanted = armed && !wanted;
        return disarm;
    }
}
