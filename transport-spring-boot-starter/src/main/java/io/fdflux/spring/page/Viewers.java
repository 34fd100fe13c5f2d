package io.fdflux.spring.page;

import java.util.concurrent.atomic.AtomicInteger;

/** The number of browsers that get samples. Any thread. */
final class Viewers {

    /** A browser that looks costs an event per second; more of them than people who look are a mistake. */
    static final int MOST = 20;

    private final AtomicInteger present = new AtomicInteger();

    boolean areMost() {
        return present.get() >= MOST;
    }

    boolean areAny() {
        return present.get() > 0;
    }

    void come() {
        present.incrementAndGet();
    }

    void go() {
        present.decrementAndGet();
    }
}
