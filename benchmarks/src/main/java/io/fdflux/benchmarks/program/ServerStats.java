package io.fdflux.benchmarks.program;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.fdflux.FdLoops;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.benchmarks.program.scenario.Served;
import io.fdflux.benchmarks.program.transport.TransportLoops;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a server has used since its start. A measurement is the difference of two of them. All are sums over the loops,
 * and none needs a stop of the server.
 */
final class ServerStats {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final Path STATUS = Path.of("/proc/self/status");

    private final TransportLoops loops;
    private final List<Long> nativeThreadIds;

    /** Before anything is served. */
    ServerStats(TransportLoops loops) {
        this.loops = loops;
        this.nativeThreadIds = loops.nativeThreadIds();
    }

    /** {@return each value by its name, without those that are unknown here} */
    Map<String, Object> of(Served served) throws IOException {
        Map<String, Object> stats = new LinkedHashMap<>();
        long[] threads = loops.threadIds().toArray();
        stats.put("loopThreadIds", nativeThreadIds);
        stats.put("loopCpuNanos", sum(THREADS.getThreadCpuTime(threads)));
        stats.put("processCpuNanos", PROCESS.getProcessCpuTime());
        stats.put("loopAllocatedBytes", sum(THREADS.getThreadAllocatedBytes(threads)));
        if (Files.exists(STATUS)) {
            stats.put("rssBytes", rssBytes());
        }
        long operations = served.operations().getAsLong();
        if (operations != Served.NOT_COUNTED) {
            stats.put("operations", operations);
        }
        loops.fdLoops().ifPresent(fdLoops -> stats.put("counters", counters(fdLoops)));
        return stats;
    }

    private static long sum(long[] values) {
        long sum = 0;
        for (long value : values) {
            sum += Math.max(0, value); // -1 for a thread that has ended
        }
        return sum;
    }

    /** VmRSS, see proc_pid_status(5). */
    private static long rssBytes() throws IOException {
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findAny()
                    .orElseThrow(() -> new IOException(STATUS + " has no VmRSS"));
        }
    }

    private static Map<String, Long> counters(FdLoops loops) {
        Map<String, Long> counters = new LinkedHashMap<>();
        for (Counter counter : Counter.values()) {
            counters.put(counter.key(), loops.total(counter));
        }
        return counters;
    }
}
