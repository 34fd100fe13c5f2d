package io.fdflux.page;

import io.fdflux.netty.FdChannelOption;
import io.fdflux.netty.FdChannelState;
import io.fdflux.posix.TcpInfo;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * One browser that looks. It gets a sample per period while it takes them. It misses one while its demand is 0, while
 * the one before is on its way, or while its connection holds bytes that the browser has not taken: nothing is queued
 * for it.
 */
final class Viewer {

    private final FluxSink<String> sink;
    private final Mono<String> samples;
    private final Channel channel;
    /** From the look at the connection to the sample's delivery. */
    private final AtomicBoolean busy = new AtomicBoolean();

    private Viewer(FluxSink<String> sink, Mono<String> samples, Channel channel) {
        this.sink = sink;
        this.samples = samples;
        this.channel = channel;
    }

    /**
     * Serves a browser until it cancels.
     *
     * @param sink    drops what it is not asked for
     * @param samples gives a sample of now
     * @param channel of the connection; null if it is none of this transport
     */
    static void serve(
            FluxSink<String> sink, Mono<String> samples, Channel channel, Duration period, Scheduler scheduler) {
        Viewer viewer = new Viewer(sink, samples, channel);
        if (channel != null) {
            channel.attr(Rows.VIEWER).set(true);
        }
        Disposable.Swap sampling = Disposables.swap();
        Disposable.Swap ticks = Disposables.swap();
        sink.onDispose(() -> {
            ticks.dispose();
            sampling.dispose();
        });
        ticks.update(scheduler.schedulePeriodically(
                () -> viewer.tick(sampling), 0, period.toMillis(), TimeUnit.MILLISECONDS));
    }

    private void tick(Disposable.Swap sampling) {
        if (sink.requestedFromDownstream() == 0 || !busy.compareAndSet(false, true)) {
            return;
        }
        if (channel == null) {
            sample(sampling);
            return;
        }
        try {
            channel.eventLoop().execute(() -> {
                if (channel.isActive() && hasTakenAll(channel)) {
                    sample(sampling);
                } else {
                    busy.set(false);
                }
            });
        } catch (RejectedExecutionException e) {
            sink.complete(); // the loop has ended
        }
    }

    private void sample(Disposable.Swap sampling) {
        sampling.update(samples.doFinally(signal -> busy.set(false)).subscribe(sink::next, sink::error));
    }

    /** Bytes count that this process holds, or its kernel. The browser's kernel has its own, which cannot be known. */
    private static boolean hasTakenAll(Channel channel) {
        boolean none =
                FdChannelState.of(channel).map(state -> state.unsent() == 0).orElse(true);
        TcpInfo tcp = none ? channel.config().getOption(FdChannelOption.TCP_INFO) : null;
        return none && (tcp == null || tcp.get(TcpInfo.Field.NOT_SENT_BYTES).orElse(0) == 0);
    }
}
