package io.fdflux.engine.jfr;

import io.fdflux.posix.Errno;

/**
 * Reports to the Flight Recorder. Each loop has one object per kind of event, which it uses again, so that nothing is
 * allocated, and that a process without free descriptors needs no class any more.
 */
final class RecordedEvents extends LoopEvents {

    private final LongTurnEvent turn = new LongTurnEvent();
    private final EagainStormEvent storm = new EagainStormEvent();
    private final AcceptBackOffEvent backOff = new AcceptBackOffEvent();
    private final RefusedChangeEvent refusal = new RefusedChangeEvent();
    /** A recording may begin in the middle of a turn. */
    private boolean turnBegan;

    @Override
    public boolean wantTurns() {
        return turn.isEnabled();
    }

    @Override
    public void turnBegins() {
        turnBegan = turn.isEnabled();
        if (turnBegan) {
            turn.begin();
        }
    }

    @Override
    public void turnEnds(long ioNanos, long taskNanos) {
        if (!turnBegan) {
            return;
        }
        turnBegan = false;
        turn.end();
        if (turn.shouldCommit()) {
            turn.ioTime = ioNanos;
            turn.taskTime = taskNanos;
            turn.commit();
        }
    }

    @Override
    public boolean wantEagains() {
        return storm.isEnabled();
    }

    @Override
    public void eagains(long nanos, long reads, long writes, long calls) {
        if (storm.shouldCommit()) {
            storm.period = nanos;
            storm.readEagains = reads;
            storm.writeEagains = writes;
            storm.calls = calls;
            storm.commit();
        }
    }

    @Override
    public void acceptBackOff(Object listener, int errno, long nanos) {
        if (backOff.shouldCommit()) {
            backOff.listener = listener.toString();
            backOff.errno = name(errno);
            backOff.pause = nanos;
            backOff.commit();
        }
    }

    @Override
    public void refusedChange(Object owner, int errno) {
        if (refusal.shouldCommit()) {
            refusal.owner = owner.toString();
            refusal.errno = name(errno);
            refusal.commit();
        }
    }

    private static String name(int errno) {
        return errno == 0 ? null : Errno.name(errno);
    }
}
