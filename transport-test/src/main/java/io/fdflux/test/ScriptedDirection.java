package io.fdflux.test;

import java.util.Deque;

/** One direction of a scripted descriptor: where its script stands. Guarded by the kernel's lock. */
final class ScriptedDirection {

    private final Deque<Step> steps;
    /** Whether something comes after the script too. */
    private final boolean openEnded;
    /** Whether somebody has noticed the would-block that stands first. */
    private boolean noticed;
    /** Pauses that the test has ended before the script came to them. */
    private int released;
    /** Bytes of the first step that are gone. */
    private int taken;
    /** Something has become ready since the kernel last reported this direction. */
    boolean edge;

    int calls;

    ScriptedDirection(Deque<Step> steps, boolean openEnded) {
        this.steps = steps;
        this.openEnded = openEnded;
    }

    /** The step that an attempt meets; null at the script's end. */
    Step head() {
        skipReleasedPauses();
        return steps.peek();
    }

    private void skipReleasedPauses() {
        while (released > 0 && steps.peek() instanceof Step.Pause) {
            released--;
            advance();
        }
    }

    /** Ends the pause that stands first, or else the next one. */
    void release() {
        released++;
        skipReleasedPauses();
    }

    /** The first step is over; the next one arrives. */
    void advance() {
        Step before = steps.remove();
        taken = 0;
        noticed = false;
        boolean arrivedWithIt = before instanceof Step.Data && isEnd(steps.peek());
        if (!arrivedWithIt) {
            edge = true;
        }
    }

    int taken() {
        return taken;
    }

    /** Takes bytes of the first step. */
    void take(int count, int of) {
        taken += count;
        if (taken == of) {
            advance();
        }
    }

    /**
     * Somebody knows that nothing is there: by EAGAIN, by a short transfer, or because the kernel was asked to watch.
     */
    void notice() {
        noticed = true;
    }

    /** The kernel watches and is about to wait: what was noticed to be missing comes now, if anything is to come. */
    void arriveIfNoticed() {
        if (noticed && head() instanceof Step.WouldBlock && (steps.size() > 1 || openEnded)) {
            advance();
        }
    }

    /** The end that has arrived, because it stands first, or right behind the bytes that do; null if none has. */
    Step end() {
        Step head = head();
        Step last =
                head instanceof Step.Data ? steps.stream().skip(1).findFirst().orElse(null) : head;
        return isEnd(last) ? last : null;
    }

    private static boolean isEnd(Step step) {
        return step instanceof Step.Eof || step instanceof Step.Failure;
    }

    @Override
    public String toString() {
        return steps.isEmpty() ? "at the end of its script" : "before " + steps;
    }
}
