package io.fdflux.micrometer;

import io.fdflux.FdLoops;
import io.fdflux.LoopCounters;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.LoopView;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Registers the meters of an {@link FdLoops}. A scrape reads what the loops have published: it queues no task, wakes no
 * loop, and makes no system call. Thread-safe.
 *
 * <p>Each meter has the tags {@code group} ({@link FdLoops#name}), {@code loop} (its index) and {@code poller}. The
 * meters refer to the loops weakly, and show their last values once those are closed.
 *
 * @see <a href="https://docs.micrometer.io/micrometer/reference/concepts/naming.html">Micrometer's naming</a>
 */
public final class FdLoopsMetrics implements MeterBinder, AutoCloseable {

    private static final String PREFIX = "fdflux.loop.";

    private record Registered(MeterRegistry registry, Meter meter) {}

    private final FdLoops loops;
    private final Tags tags;
    private final boolean times;
    private final List<Registered> registered = new CopyOnWriteArrayList<>();

    /**
     * Binds loops without more tags, and measures their turns.
     *
     * @param loops the loops, which stay their owner's
     */
    public FdLoopsMetrics(FdLoops loops) {
        this(loops, List.of(), true);
    }

    /**
     * Binds loops.
     *
     * @param loops the loops, which stay their owner's
     * @param tags  added to those of each meter
     * @param times whether {@link #bindTo} switches {@link FdLoops#measureTurns} on, and registers the meters of time
     *     and lag
     */
    public FdLoopsMetrics(FdLoops loops, Iterable<Tag> tags, boolean times) {
        this.loops = Objects.requireNonNull(loops, "loops");
        this.tags = Tags.of(tags);
        this.times = times;
    }

    /**
     * Registers the meters. Opens the pollers of loops that nobody has used yet, without starting their threads.
     *
     * @param registry of the meters
     */
    @Override
    public void bindTo(MeterRegistry registry) {
        if (times) {
            loops.measureTurns(true);
        }
        for (LoopView view : loops.views()) {
            Tags ofLoop = tags.and(
                    "group", loops.name(), "loop", Integer.toString(view.index()), "poller", loops.pollerName());
            for (CountedMeter row : CountedMeter.ALL) {
                if (times || !row.isTime()) {
                    keep(registry, count(row, view.counters(), ofLoop).register(registry));
                }
            }
            gauges(registry, view, ofLoop);
            if (times) {
                times(registry, view, ofLoop);
            }
        }
    }

    private static FunctionCounter.Builder<LoopCounters> count(CountedMeter row, LoopCounters counters, Tags tags) {
        Counter counter = row.counter();
        double unit = row.isTime() ? TimeUnit.SECONDS.toNanos(1) : 1;
        return FunctionCounter.builder(PREFIX + row.name(), counters, all -> all.get(counter) / unit)
                .tags(tags)
                .tags(row.tags())
                .baseUnit(row.unit())
                .description(row.description());
    }

    private void gauges(MeterRegistry registry, LoopView view, Tags ofLoop) {
        gauge(registry, view, ofLoop, "registered", LoopView::registered, "Channels, streams and kernel sources");
        gauge(registry, view, ofLoop, "tasks.pending", LoopView::pendingTasks, "Tasks that are queued");
        gauge(
                registry,
                view,
                ofLoop,
                "lingering",
                LoopView::lingering,
                "Closed channels that live on until the peer has taken what was promised");
    }

    private void gauge(
            MeterRegistry registry,
            LoopView view,
            Tags ofLoop,
            String name,
            ToDoubleFunction<LoopView> value,
            String description) {
        keep(
                registry,
                Gauge.builder(PREFIX + name, view, value)
                        .tags(ofLoop)
                        .description(description)
                        .register(registry));
    }

    private void times(MeterRegistry registry, LoopView view, Tags ofLoop) {
        keep(
                registry,
                FunctionTimer.builder(
                                PREFIX + "turn",
                                view.counters(),
                                all -> all.get(Counter.MEASURED_TURNS),
                                all -> (double) all.get(Counter.IO_NANOS) + all.get(Counter.TASK_NANOS),
                                TimeUnit.NANOSECONDS)
                        .tags(ofLoop)
                        .description("Turns of the loop, from the end of a wait to the beginning of the next one")
                        .register(registry));
        keep(
                registry,
                TimeGauge.builder(PREFIX + "lag", view, TimeUnit.NANOSECONDS, LoopView::longestTurnNanos)
                        .tags(ofLoop)
                        .description("The longest turn of the last 30 to 60 seconds: the longest that an event waited")
                        .register(registry));
    }

    private void keep(MeterRegistry registry, Meter meter) {
        registered.add(new Registered(registry, meter));
    }

    /** Removes the meters from their registries. The measurement of turns stays on. */
    @Override
    public void close() {
        registered.forEach(each -> each.registry().remove(each.meter()));
        registered.clear();
    }
}
