package io.fdflux;

/** One loop for all states of a test. */
final class SharedLoop {

    static final FdLoops LOOPS = create();

    private SharedLoop() {}

    static FdLoops create() {
        return FdLoops.builder().loops(1).daemon(true).build();
    }

    /** Waits until the loop has run what is queued, and what that has queued. */
    static void turn() {
        for (int i = 0; i < 2; i++) {
            LOOPS.group().submit(() -> {}).syncUninterruptibly();
        }
    }
}
