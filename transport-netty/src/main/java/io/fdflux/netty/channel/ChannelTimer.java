package io.fdflux.netty.channel;

import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * What a channel is to do after a time, on the loop that has it by then. It moves along with the channel: a loop that
 * ends takes its own timers with it. Loop thread only.
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

    /** On the loop that the channel has come to: what an earlier one still has in its queue is overtaken. */
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
