package io.fdflux.engine;

/** A loop without timers, for which no time passes. */
class StillLoop implements LoopContext {

    private final boolean canBlock;

    StillLoop(boolean canBlock) {
        this.canBlock = canBlock;
    }

    @Override
    public boolean canBlock() {
        return canBlock;
    }

    @Override
    public long nanosToDeadline() {
        return -1;
    }

    @Override
    public long nanoTime() {
        return 0;
    }

    @Override
    public boolean isTimed() {
        return false;
    }
}
