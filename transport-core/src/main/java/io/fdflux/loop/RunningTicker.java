package io.fdflux.loop;

import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;

/** Continues a clock that may stand still, by the system's time from now on. Thread-safe. */
final class RunningTicker implements Ticker {

    private final Ticker before;
    private final long base;
    private final long start = System.nanoTime();

    RunningTicker(Ticker before) {
        this.before = before;
        this.base = before.nanoTime();
    }

    @Override
    public long nanoTime() {
        return base + (System.nanoTime() - start);
    }

    @Override
    public long initialNanoTime() {
        return before.initialNanoTime();
    }

    @Override
    public void sleep(long delay, TimeUnit unit) throws InterruptedException {
        unit.sleep(delay);
    }
}
