package io.fdflux.test;

import java.time.Duration;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Reactor's virtual time, which passes with that of a kernel. In each step, Reactor's tasks run before the loop's. */
final class ScriptedScheduler extends VirtualTimeScheduler {

    private final ScriptedTime time;

    ScriptedScheduler(ScriptedTime time) {
        super(false);
        this.time = time;
    }

    @Override
    public void advanceTimeBy(Duration duration) {
        time.advance(duration, step -> super.advanceTimeBy(Duration.ofNanos(step)));
        super.advanceTimeBy(Duration.ZERO);
    }
}
