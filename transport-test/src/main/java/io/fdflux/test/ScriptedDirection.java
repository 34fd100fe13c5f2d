package io.fdflux.test;

import java.util.Deque;

/** Plays the script of one direction of a descriptor. Guarded by the kernel's lock. */
final class ScriptedDirection {

    private final Deque<Step> steps;
    /** Whether the direction is ready after the script's end. */
    private final boolean openEnded;
    /** Whether the code under test has noticed the first step, a would-block. */
    private boolean noticed;
    /** Pauses that the test ended before the script reached them. */
    private int released;
    /** Consumed bytes of the first step. */
    private int taken;
    /** Whether the direction became ready after the kernel's last report. */
    boolean edge;

    int calls;

    ScriptedDirection(Deque<Step> steps, boolean openEnded) {
        this.steps = steps;
        this.openEnded = openEnded;
    }

    /** The step of the next read or write; null at the script's end. */
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

    /** Ends the first step if it is a pause, or else the next pause. */
    void release() {
        released++;
        skipReleasedPauses();
    }

    /** Ends the first step and begins the next one. */
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

    /** Consumes bytes of the first step. */
    void take(int count, int of) {
        taken += count;
        if (taken == of) {
            advance();
        }
    }

    /** Notes that the code under test knows the direction to block, by EAGAIN, a short transfer, or arming. */
    void notice() {
        noticed = true;
    }

    /** Ends a noticed would-block before the kernel waits, if a step follows. */
    void arriveIfNoticed() {
        if (noticed && head() instanceof Step.WouldBlock && (steps.size() > 1 || openEnded)) {
            advance();
        }
    }

    /** The number of connections that wait, as the first steps. */
    int connections() {
        head(); // passes pauses that the test has ended
        return (int) steps.stream()
                .takeWhile(step -> step instanceof Step.Connection)
                .count();
    }

    /** The end or error that has arrived, as the first step or directly after its bytes; else null. */
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
