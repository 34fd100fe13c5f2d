package io.fdflux.engine;

/**
 * One direction of one descriptor: three bits.
 *
 * <pre>
 * wanted ready armed | what happens
 * -------------------+----------------------------------------------------------------------
 *  yes    yes   any  | on the run list: attempted in this iteration, the poller is not asked
 *  yes    no    no   | on the update list: armed by the next wait
 *  yes    no    yes  | nothing: the kernel will tell
 *  no     any   any  | nothing is tried. An event that comes now sets ready; where the watch
 *                    | persists, the second such event takes it off
 * </pre>
 *
 * {@code ready} starts true: that is the speculation. EAGAIN clears it, and so does exact knowledge that nothing is
 * left; an event sets it. Loop thread only.
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

    /** An event came that nobody wanted, and the watch is still there: the next one takes it off. */
    boolean unwanted;

    /** Another open file has the number: nothing is armed, and the first attempt is a speculation again. */
    void startOver() {
        ready = true;
        armed = false;
        unwanted = false;
    }

    /** Whether an attempt is due. */
    boolean runnable() {
        return wanted && ready;
    }

    /** Whether the kernel has to be asked. */
    boolean needsArming() {
        return wanted && !ready && !armed;
    }

    /**
     * An event of this direction.
     *
     * @param spent whether it has taken the watch off
     * @return whether the watch is to be taken off because it only wakes
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
