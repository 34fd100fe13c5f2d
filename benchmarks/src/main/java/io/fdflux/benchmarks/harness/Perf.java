package io.fdflux.benchmarks.harness;

import io.fdflux.benchmarks.result.Calls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Counts by the tracepoints of the kernel, which hardly slow the process down.
 *
 * <p>perf closes each tracepoint of each thread by itself, and the kernel waits for a grace period each time: with all
 * 360 of a system it takes 13 s to end, with the usual ones 1 s. So unusual calls are counted together, as the
 * difference to {@code raw_syscalls:sys_enter}, which counts all.
 */
final class Perf implements CallCounter {

    private static final String NAMED = "syscalls:sys_enter_";
    private static final Pattern LISTED = Pattern.compile(NAMED + "(\\w+)");

    /** What servers do with descriptors. */
    private static final Pattern OF_SERVERS = Pattern.compile("accept4?|bind|close|connect|epoll_(?!create).*|fcntl"
            + "|getpeername|getsockname|getsockopt|io_uring_enter|p?readv?(64|2)?|p?writev?(64|2)?|recv.*|send.*"
            + "|setsockopt|shutdown|socket|splice");

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Override
    public String name() {
        return "perf";
    }

    @Override
    public boolean works() throws InterruptedException {
        if (!Command.exists("perf")) {
            return false;
        }
        try {
            String counts = Command.run(stat("--", "true"), PATIENCE);
            return !PerfOutput.calls(counts).isEmpty();
        } catch (MeasurementException e) {
            return false;
        }
    }

    @Override
    public Counted count(long pid, Counting load) throws IOException, InterruptedException {
        Path counts = Files.createTempFile("fdflux-benchmark", ".perf");
        try {
            String output = load.run(stat("-p", String.valueOf(pid), "-o", counts.toString(), "--"));
            return new Counted(PerfOutput.calls(Files.readString(counts)), output);
        } finally {
            Files.delete(counts);
        }
    }

    private static List<String> stat(String... more) throws InterruptedException {
        String known = Command.run(List.of("perf", "list", NAMED + "*"), PATIENCE);
        String events = LISTED.matcher(known)
                .results()
                .filter(listed -> Calls.isOfTheJvm(listed.group(1))
                        || OF_SERVERS.matcher(listed.group(1)).matches())
                .map(MatchResult::group)
                .collect(Collectors.joining(",", "", ","));
        List<String> stat = List.of("perf", "stat", "-x,", "-e", events + PerfOutput.ALL);
        return Stream.concat(stat.stream(), Stream.of(more)).toList();
    }
}
