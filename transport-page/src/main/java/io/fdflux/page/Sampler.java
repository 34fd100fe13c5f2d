package io.fdflux.page;

import io.fdflux.FdLoops;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Takes samples of all loops. A sample is taken at subscription, never else. Thread-safe. */
final class Sampler {

    /** How long a full socket without an event makes a slow reader. */
    static final Duration SLOW_AFTER = Duration.ofSeconds(2);

    private final Supplier<List<FdLoops>> groups;
    private final Duration period;
    private final LoopScan.Settings settings;
    private final String instance = UUID.randomUUID().toString();
    private final long start;
    /** Guarded by itself. */
    private final Map<FdLoops, GroupSampler> samplers = new IdentityHashMap<>();

    /** Guarded by the map. A group keeps its number, by which the page knows it. */
    private int numbers;

    /**
     * Prepares samples.
     *
     * @param groups   those that are open; they are not started by it
     * @param worksFor tells for whose channel a client's channel works, see {@link DemandPage}
     * @param period   between two samples; how long a loop may take to answer
     * @param limit    of the connections of a sample
     * @param nanoTime the clock of the samples
     */
    Sampler(
            Supplier<List<FdLoops>> groups,
            UnaryOperator<Channel> worksFor,
            Duration period,
            int limit,
            LongSupplier nanoTime) {
        this.groups = groups;
        this.period = period;
        this.settings = new LoopScan.Settings(limit, SLOW_AFTER.toNanos(), nanoTime, worksFor);
        this.start = nanoTime.getAsLong();
    }

    /** {@return a sample of the time of its subscription, on a loop's thread or a timer's} */
    Mono<Sample> sample() {
        return Mono.defer(() -> {
            List<GroupSampler> present = present();
            List<Sample.OfGroup> described =
                    present.stream().map(GroupSampler::group).toList();
            return Flux.merge(present.stream().map(GroupSampler::sample).toList())
                    .collectList()
                    .map(parts -> merge(described, parts));
        });
    }

    private List<GroupSampler> present() {
        List<FdLoops> open = groups.get();
        synchronized (samplers) {
            samplers.keySet().retainAll(open);
            return open.stream()
                    .map(loops -> samplers.computeIfAbsent(
                            loops, any -> new GroupSampler(numbers++, loops, period, settings)))
                    .toList();
        }
    }

    private Sample merge(List<Sample.OfGroup> described, List<GroupSampler.Part> parts) {
        return new Sample(
                instance,
                TimeUnit.NANOSECONDS.toMillis(settings.nanoTime().getAsLong() - start),
                period.toMillis(),
                SLOW_AFTER.toMillis(),
                settings.limit(),
                described,
                parts.stream()
                        .map(GroupSampler.Part::loop)
                        .sorted(Comparator.comparingInt(Sample.OfLoop::group).thenComparingInt(Sample.OfLoop::loop))
                        .toList(),
                Links.linked(parts).stream()
                        .sorted(Comparator.comparing(Sample.OfConnection::waits)
                                .thenComparing(
                                        Comparator.comparingLong(Sampler::bytes).reversed())
                                .thenComparing(Sample.OfConnection::id))
                        .limit(settings.limit())
                        .toList());
    }

    private static long bytes(Sample.OfConnection connection) {
        return connection.staged() + connection.pending() + Math.max(0, connection.unread());
    }
}
