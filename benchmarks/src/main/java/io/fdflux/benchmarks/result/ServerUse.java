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
 * @param rssBytes           resident memory after the run
 * @param operations         that the server counted itself; 0 where it does not
 * @param counters           of the loops, by name; empty where there are none
 */
public record ServerUse(
        long loopCpuNanos,
        long processCpuNanos,
        Long loopAllocatedBytes,
        long rssBytes,
        long operations,
        Map<String, Long> counters) {

    public ServerUse {
        counters = new TreeMap<>(counters);
    }

    /** {@return what was used since an earlier report} */
    public ServerUse since(ServerUse earlier) {
        Map<String, Long> grown = new TreeMap<>();
        counters.forEach((name, value) -> grown.put(name, value - earlier.counters.getOrDefault(name, 0L)));
        return new ServerUse(
                loopCpuNanos - earlier.loopCpuNanos,
                processCpuNanos - earlier.processCpuNanos,
                loopAllocatedBytes == null ? null : Long.valueOf(loopAllocatedBytes - earlier.loopAllocatedBytes),
                rssBytes,
                operations - earlier.operations,
                grown);
    }
}
