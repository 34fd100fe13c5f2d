package io.fdflux.benchmarks.result;

import java.util.Map;
import java.util.TreeMap;

/**
 * What a server used during one run: the difference between two of its reports. Only the memory is the state at
 * the end.
 *
 * @param loopCpuNanos       CPU time of the loop threads
 * @param processCpuNanos    CPU time of the process
 * @param loopAllocatedBytes that the loop threads allocated on the heap; null if unknown: HAProxy has no such heap
 * @param kernelCpuNanos     CPU time of the process inside the kernel; null if unknown
 * @param rssBytes           resident memory after the run
 * @param operations         that the server counted itself; 0 where it does not
 * @param counters           of the loops, by name; empty where there are none
 */
public record ServerUse(
        long loopCpuNanos,
        long processCpuNanos,
        Long loopAllocatedBytes,
        Long kernelCpuNanos,
        long rssBytes,
        long operations,
        Map<String, Long> counters) {

    public ServerUse {
        counters = new TreeMap<>(counters);
    }

    /** What a server reports of itself: the kernel's share is unknown to it. */
    public ServerUse(
            long loopCpuNanos,
            long processCpuNanos,
            Long loopAllocatedBytes,
            long rssBytes,
            long operations,
            Map<String, Long> counters) {
        this(loopCpuNanos, processCpuNanos, loopAllocatedBytes, null, rssBytes, operations, counters);
    }

    /** {@return the same with the CPU time inside the kernel} */
    public ServerUse withKernelCpuNanos(Long nanos) {
        return new ServerUse(loopCpuNanos, processCpuNanos, loopAllocatedBytes, nanos, rssBytes, operations, counters);
    }

    /** {@return what was used since an earlier report} */
    public ServerUse since(ServerUse earlier) {
        Map<String, Long> grown = new TreeMap<>();
        counters.forEach((name, value) -> grown.put(name, value - earlier.counters.getOrDefault(name, 0L)));
        return new ServerUse(
                loopCpuNanos - earlier.loopCpuNanos,
                processCpuNanos - earlier.processCpuNanos,
                difference(loopAllocatedBytes, earlier.loopAllocatedBytes),
                difference(kernelCpuNanos, earlier.kernelCpuNanos),
                rssBytes,
                operations - earlier.operations,
                grown);
    }

    private static Long difference(Long now, Long before) {
        return now == null || before == null ? null : Long.valueOf(now - before);
    }
}
