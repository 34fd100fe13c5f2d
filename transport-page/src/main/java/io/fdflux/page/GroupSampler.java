package io.fdflux.page;

import io.fdflux.FdLoops;
import io.fdflux.LoopCounters;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiConsumer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Takes samples of the loops of one group. At most one scan runs on a loop, which is not asked again until it has
 * answered. Thread-safe.
 */
final class GroupSampler {

    private static final Sample.Sums NOTHING = new Sample.Sums(Map.of(), 0, 0, 0, 0);

    private final int number;
    private final FdLoops loops;
    private final Duration period;
    private final LoopScan.Settings settings;
    /** The scans that a loop has not answered yet, and when each began. */
    private final AtomicReferenceArray<Long> running;

    /**
     * Prepares samples.
     *
     * @param number of the group on the page
     * @param period how long a loop may take to answer
     */
    GroupSampler(int number, FdLoops loops, Duration period, LoopScan.Settings settings) {
        this.number = number;
        this.loops = loops;
        this.period = period;
        this.settings = settings;
        this.running = new AtomicReferenceArray<>(loops.count());
    }

    /** One loop's share of a sample. */
    record Part(Sample.OfLoop loop, List<Sample.OfConnection> connections) {}

    Sample.OfGroup group() {
        return new Sample.OfGroup(number, loops.name(), loops.pollerName(), loops.count());
    }

    /** {@return a part for each loop, on the loops' threads or a timer's} */
    Flux<Part> sample() {
        return Flux.defer(() -> {
            List<LoopCounters> counters = loops.counters();
            List<Mono<Part>> parts = new ArrayList<>();
            int index = 0;
            for (EventExecutor loop : loops.group()) {
                parts.add(part(index, (SingleThreadEventLoop) loop, counters.get(index)));
                index++;
            }
            return Flux.merge(parts);
        });
    }

    private Mono<Part> part(int index, SingleThreadEventLoop loop, LoopCounters counters) {
        if (loop.registeredChannels() == 0) {
            return Mono.fromSupplier(() -> part(index, null, true, 0, 0, NOTHING, counters, List.of()));
        }
        long asked = System.nanoTime();
        return Mono.<LoopScan.Answer>create(sink -> {
                    if (running.compareAndSet(index, null, asked)) {
                        scan(index, loop, (answer, failure) -> {
                            running.set(index, null);
                            if (failure == null) {
                                sink.success(answer);
                            } else {
                                sink.error(failure);
                            }
                        });
                    }
                })
                .timeout(period)
                .map(answer -> part(
                        index,
                        answer.name(),
                        true,
                        answer.micros(),
                        loop.registeredChannels(),
                        answer.sums(),
                        counters,
                        answer.connections()))
                .onErrorResume(
                        TimeoutException.class, late -> Mono.fromSupplier(() -> late(index, loop, counters, asked)));
    }

    private Part late(int index, SingleThreadEventLoop loop, LoopCounters counters, long asked) {
        Long since = running.get(index);
        long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - (since == null ? asked : since));
        return part(index, null, false, micros, loop.registeredChannels(), NOTHING, counters, List.of());
    }

    private void scan(int index, SingleThreadEventLoop loop, BiConsumer<LoopScan.Answer, Throwable> done) {
        try {
            loop.execute(new LoopScan(number, index, loop, settings, done));
        } catch (RejectedExecutionException e) {
            done.accept(new LoopScan.Answer(null, 0, NOTHING, List.of()), null); // it has ended
        }
    }

    private Part part(
            int index,
            String name,
            boolean answered,
            long micros,
            int registered,
            Sample.Sums sums,
            LoopCounters counters,
            List<Sample.OfConnection> connections) {
        return new Part(
                new Sample.OfLoop(number, index, name, answered, micros, registered, sums, counters.asMap()),
                connections);
    }
}
