package io.fdflux.engine.jfr;

/**
 * Where one loop reports what is worth a recording. This class records nothing: it is for Java runtimes without the
 * module {@code jdk.jfr}. Loop thread only.
 */
public class LoopEvents {

    LoopEvents() {}

    /** {@return the events of a new loop} */
    public static LoopEvents create() {
        return ModuleLayer.boot().findModule("jdk.jfr").isPresent() ? new RecordedEvents() : new LoopEvents();
    }

    /** {@return whether turns are recorded, so that the loop should measure them} */
    public boolean wantTurns() {
        return false;
    }

    /** A turn begins. */
    public void turnBegins() {}

    /**
     * A turn ends.
     *
     * @param ioNanos   of reads, writes, accepts and their handlers
     * @param taskNanos of tasks and timers
     */
    public void turnEnds(long ioNanos, long taskNanos) {}

    /** {@return whether {@link #eagains} is recorded} */
    public boolean wantEagains() {
        return false;
    }

    /**
     * In the time before this call, most calls would have blocked.
     *
     * @param nanos  how long that time was
     * @param reads  reads and accepts that returned EAGAIN
     * @param writes writes that did
     * @param calls  all calls
     */
    public void eagains(long nanos, long reads, long writes, long calls) {}

    /**
     * A listener accepts nothing for a while.
     *
     * @param listener for its {@code toString()}, which is called if that is recorded
     * @param errno    why, 0 if it was no system call's
     * @param nanos    how long
     */
    public void acceptBackOff(Object listener, int errno, long nanos) {}

    /**
     * The kernel watches nothing for an owner.
     *
     * @param owner for its {@code toString()}, which is called if that is recorded
     * @param errno why
     */
    public void refusedChange(Object owner, int errno) {}
}
