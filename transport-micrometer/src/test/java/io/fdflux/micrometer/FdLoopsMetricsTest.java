package io.fdflux.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.FdFlux;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.LoopView;
import io.fdflux.test.ScriptedKernel;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Statistic;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The meters of loops over a scripted kernel, whose counts are known. */
class FdLoopsMetricsTest {

    private final ScriptedKernel kernel =
            ScriptedKernel.of(fd -> fd.data("hello").wouldBlock().data("you").eof());
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @AfterEach
    void close() {
        registry.close();
        kernel.close();
    }

    private void read() {
        List<ByteBuf> buffers = new ArrayList<>();
        FdFlux.read(kernel.loops(), kernel.descriptor()).doOnNext(buffers::add).blockLast();
        assertThat(buffers).hasSize(2).allSatisfy(ByteBuf::release);
        kernel.settle();
    }

    private double count(String name, String... tags) {
        return registry.get("fdflux.loop." + name).tags(tags).functionCounter().count();
    }

    @Test
    void metersHaveTheCountsOfTheLoop() {
        new FdLoopsMetrics(kernel.loops()).bindTo(registry);
        read();
        assertThat(count("bytes", "direction", "read")).isEqualTo(8);
        assertThat(count("bytes", "direction", "write")).isZero();
        assertThat(count("eagains", "direction", "read")).isEqualTo(1);
        for (CountedMeter row : CountedMeter.ALL) {
            if (!row.isTime()) {
                assertThat(registry.get("fdflux.loop." + row.name())
                                .tags(row.tags())
                                .functionCounter()
                                .count())
                        .as(row.name())
                        .isEqualTo(kernel.loops().total(row.counter()));
            }
        }
    }

    @Test
    void everyCounterIsInAMeter() {
        Set<Counter> counted = CountedMeter.ALL.stream()
                .map(CountedMeter::counter)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Counter.class)));
        assertThat(counted).hasSize(CountedMeter.ALL.size());
        counted.add(Counter.LINGERING_ENDED); // in the gauge of those that linger
        counted.add(Counter.MEASURED_TURNS); // in the timer of the turns
        assertThat(counted).containsExactlyInAnyOrder(Counter.values());
    }

    @Test
    void everyMeterNamesItsLoop() {
        new FdLoopsMetrics(kernel.loops(), Tags.of("service", "shop"), true).bindTo(registry);
        assertThat(registry.getMeters()).hasSize(CountedMeter.ALL.size() + 5).allSatisfy(meter -> {
            Meter.Id id = meter.getId();
            assertThat(id.getName()).startsWith("fdflux.loop.");
            assertThat(id.getDescription()).isNotBlank();
            assertThat(id.getTag("loop")).isEqualTo("0");
            assertThat(id.getTag("group")).isEqualTo(kernel.loops().name());
            assertThat(id.getTag("poller")).isEqualTo(kernel.loops().pollerName());
            assertThat(id.getTag("service")).isEqualTo("shop");
        });
    }

    @Test
    void timesAreMeasuredInSeconds() {
        new FdLoopsMetrics(kernel.loops()).bindTo(registry);
        read();
        LoopView view = kernel.loops().views().getFirst();
        assertThat(count("time", "activity", "io"))
                .isPositive()
                .isEqualTo(view.counters().get(Counter.IO_NANOS) / 1e9);
        assertThat(registry.get("fdflux.loop.turn").functionTimer().count()).isPositive();
        assertThat(registry.get("fdflux.loop.lag").timeGauge().value()).isPositive();
    }

    @Test
    void withoutTimesNothingIsMeasured() {
        new FdLoopsMetrics(kernel.loops(), List.of(), false).bindTo(registry);
        read();
        assertThat(registry.find("fdflux.loop.time").meters()).isEmpty();
        assertThat(registry.find("fdflux.loop.lag").meters()).isEmpty();
        assertThat(kernel.loops().total(Counter.MEASURED_TURNS)).isZero();
        assertThat(count("bytes", "direction", "read")).isEqualTo(8);
    }

    /** Otherwise each scrape would change what it measures. */
    @Test
    void aScrapeDoesNotTouchTheLoop() {
        new FdLoopsMetrics(kernel.loops()).bindTo(registry);
        read();
        List<Long> before = counts();
        for (int i = 0; i < 100; i++) {
            registry.getMeters()
                    .forEach(meter -> meter.measure().forEach(measurement -> {
                        assertThat(measurement.getStatistic()).isNotEqualTo(Statistic.UNKNOWN);
                        assertThat(measurement.getValue()).isNotNegative();
                    }));
        }
        assertThat(counts()).isEqualTo(before);
    }

    private List<Long> counts() {
        return Stream.of(Counter.values()).map(kernel.loops()::total).toList();
    }

    /** Meters refer to what they measure weakly, and the loops hold that. */
    @Test
    void metersLiveAsLongAsTheLoops() {
        new FdLoopsMetrics(kernel.loops()).bindTo(registry);
        System.gc();
        read();
        assertThat(count("bytes", "direction", "read")).isEqualTo(8);
        assertThat(registry.get("fdflux.loop.tasks.pending").gauge().value()).isZero();
        assertThat(registry.get("fdflux.loop.registered").gauge().value()).isZero();
    }

    @Test
    void closedItLeavesTheRegistry() {
        FdLoopsMetrics metrics = new FdLoopsMetrics(kernel.loops());
        metrics.bindTo(registry);
        metrics.close();
        assertThat(registry.getMeters()).isEmpty();
    }

    /** Prometheus refuses meters of one name with different tags, so that a forgotten tag would lose one. */
    @Test
    void prometheusTakesAllOfThem() {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        List<String> failures = new ArrayList<>();
        prometheus.config().onMeterRegistrationFailed((id, why) -> failures.add(id + ": " + why));
        new FdLoopsMetrics(kernel.loops()).bindTo(prometheus);
        read();
        assertThat(failures).isEmpty();
        Set<String> names = new TreeSet<>();
        prometheus
                .scrape()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .forEach(line -> names.add(line.split("\\{")[0]));
        assertThat(names)
                .contains(
                        "fdflux_loop_bytes_total",
                        "fdflux_loop_eagains_total",
                        "fdflux_loop_time_seconds_total",
                        "fdflux_loop_turn_seconds_count",
                        "fdflux_loop_turn_seconds_sum",
                        "fdflux_loop_lag_seconds",
                        "fdflux_loop_tasks_pending");
        assertThat(prometheus.scrape()).contains("fdflux_loop_bytes_total{direction=\"read\"");
        prometheus.close();
    }
}
