package io.fdflux.file;

import io.netty.channel.IoEventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Compares in intervals, for file systems whose changes the kernel does not report. */
final class IntervalTrigger implements Trigger {

    private final IoEventLoop loop;
    private final long nanos;
    private Future<?> next;

    IntervalTrigger(IoEventLoop loop, Duration interval) {
        this.loop = loop;
        this.nanos = TimeUnit.NANOSECONDS.convert(interval);
    }

    @Override
    public boolean prepare(Snapshot files) {
        return false;
    }

    @Override
    public void arm(Runnable changed, Consumer<? super Throwable> failed) {
        if (next == null || next.isDone()) {
            next = loop.schedule(changed, nanos, TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void close() {
        if (next != null) {
            next.cancel(false);
        }
    }
}
