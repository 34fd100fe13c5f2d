package io.fdflux.netty.channel;

import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Runs a task of a channel after a delay, on the channel's loop of that moment. The timer moves with its channel,
 * because a loop that shuts down drops its own timers. Loop thread only.
 */
final class ChannelTimer {

    private final EngineChannel channel;
    private final Runnable task;
    private final long deadline;
    private ScheduledFuture<?> scheduled;

    ChannelTimer(EngineChannel channel, Runnable task, long nanos) {
        this.channel = channel;
        this.task = task;
        this.deadline = System.nanoTime() + nanos;
    }

    /** Schedules the task on the channel's present loop, and cancels the schedule on an earlier loop. */
    void start() {
        if (scheduled != null) {
            scheduled.cancel(false);
        }
        scheduled = channel.eventLoop()
                .schedule(() -> channel.onLoop(this::run), deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    private void run() {
        if (channel.timers().remove(this)) {
            task.run();
        }
    }

    void cancel() {
        scheduled.cancel(false);
        channel.timers().remove(this);
    }
}
