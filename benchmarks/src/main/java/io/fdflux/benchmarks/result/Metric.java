package io.fdflux.benchmarks.result;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** A number that one JVM gives: the median over its measured runs, or the one count of its calls. */
public enum Metric {
    THROUGHPUT("throughput", "operations per second", ofRuns(run -> run.load().perSecond())),
    CALLS("calls", "system calls per operation", ofCalls(Calls::perOperation)),
    WAITS("waits", "of them waits", ofCalls(Calls::waitsPerOperation)),
    BESIDES_WAITS("besidesWaits", "system calls per operation besides waits", ofCalls(Calls::besidesWaitsPerOperation)),
    LOOP_CPU("loopCpu", "CPU of the loop thread, ns per operation", perOperation(ServerUse::loopCpuNanos)),
    PROCESS_CPU("processCpu", "CPU of the process, ns per operation", perOperation(ServerUse::processCpuNanos)),
    KERNEL_SHARE("kernelShare", "of it in the kernel, %", ofRuns(run -> 100 * kernelShare(run.server()))),
    ALLOCATION("allocation", "bytes allocated per operation", perOperation(Metric::allocatedBytes)),
    RSS("rss", "resident memory, MiB", ofRuns(run -> run.server().rssBytes() / (1024.0 * 1024))),
    P50("p50", "latency p50, µs", latency("p50")),
    P90("p90", "latency p90, µs", latency("p90")),
    P99("p99", "latency p99, µs", latency("p99")),
    P999("p99.9", "latency p99.9, µs", latency("p99.9")),
    MAX("max", "latency max, µs", latency("max")),
    START_UP("startUp", "start to first answer, ms", startUp(StartUp::millis)),
    START_UP_AOT("startUpAot", "start to first answer with an AOT cache, ms", startUp(StartUp::millisWithAotCache)),
    WAIT_CALLS("waitCalls", "wait calls per operation, by the loop's counters", counted("waitCalls")),
    UPDATE_CALLS(
            "updateCalls",
            "calls per operation for changes of interest, by the loop's counters",
            counted("updateCalls")),
    EVENTS("events", "events per operation, by the loop's counters", counted("events")),
    CHANGES("changes", "changes of interest per operation, by the loop's counters", counted("changes")),
    CHANGES_PER_EVENT(
            "changesPerEvent",
            "changes of interest per event, by the loop's counters",
            ofRuns(run -> counter(run, "changes") / counter(run, "events")));

    private final String key;
    private final String title;
    private final Function<JvmResult, Optional<Double>> value;

    Metric(String key, String title, Function<JvmResult, Optional<Double>> value) {
        this.key = key;
        this.title = title;
        this.value = value;
    }

    public static Metric byKey(String key) {
        for (Metric metric : values()) {
            if (metric.key.equals(key)) {
                return metric;
            }
        }
        throw new IllegalArgumentException("no metric is named " + key);
    }

    public String key() {
        return key;
    }

    /** {@return the name and unit, for people} */
    public String title() {
        return title;
    }

    /** Counts are exact where times depend on what else the machine does. */
    public boolean isCount() {
        return switch (this) {
            case CALLS, WAITS, BESIDES_WAITS, WAIT_CALLS, UPDATE_CALLS, EVENTS, CHANGES, CHANGES_PER_EVENT -> true;
            default -> false;
        };
    }

    public Optional<Double> of(JvmResult jvm) {
        return value.apply(jvm).filter(number -> Double.isFinite(number));
    }

    /** {@return one value per JVM, by its index} */
    public List<Optional<Double>> of(TransportResult transport) {
        return transport.jvms().stream().map(this::of).toList();
    }

    /** {@return the median over the JVMs, with its spread} */
    public Optional<Spread> spread(TransportResult transport) {
        return Spread.of(of(transport).stream().flatMap(Optional::stream).toList());
    }

    private static Function<JvmResult, Optional<Double>> ofRuns(ToDoubleFunction<Run> value) {
        return jvm ->
                Spread.of(jvm.runs().stream().mapToDouble(value).toArray()).map(Spread::median);
    }

    private static Function<JvmResult, Optional<Double>> ofCalls(ToDoubleFunction<Calls> value) {
        return jvm -> Optional.ofNullable(jvm.calls())
                .filter(calls -> calls.notCounted() == null)
                .map(value::applyAsDouble);
    }

    private static Function<JvmResult, Optional<Double>> perOperation(ToDoubleFunction<ServerUse> value) {
        return ofRuns(run -> value.applyAsDouble(run.server()) / operations(run));
    }

    private static double allocatedBytes(ServerUse use) {
        return use.loopAllocatedBytes() == null ? Double.NaN : use.loopAllocatedBytes();
    }

    private static double kernelShare(ServerUse use) {
        return use.kernelCpuNanos() == null ? Double.NaN : (double) use.kernelCpuNanos() / use.processCpuNanos();
    }

    private static Function<JvmResult, Optional<Double>> latency(String name) {
        return ofRuns(run -> {
            Long nanos = run.load().latencyNanos().get(name);
            return nanos == null ? Double.NaN : nanos / 1000.0;
        });
    }

    private static Function<JvmResult, Optional<Double>> startUp(Function<StartUp, List<Double>> times) {
        return jvm -> Optional.ofNullable(jvm.startUp())
                .flatMap(startUp -> Spread.of(times.apply(startUp)))
                .map(Spread::median);
    }

    private static Function<JvmResult, Optional<Double>> counted(String counter) {
        return ofRuns(run -> counter(run, counter) / operations(run));
    }

    private static double counter(Run run, String name) {
        Long value = run.server().counters().get(name);
        return value == null ? Double.NaN : value;
    }

    private static long operations(Run run) {
        return run.load().operations();
    }
}
