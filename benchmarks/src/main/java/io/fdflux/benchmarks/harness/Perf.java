package io.fdflux.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Counts by the tracepoints of the kernel, which hardly slow the process down. */
final class Perf implements CallCounter {

    private static final List<String> STAT = List.of("perf", "stat", "-x,", "-e", "syscalls:sys_enter_*");

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
            String counts = Command.run(stat("--", "true"), Duration.ofSeconds(30));
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

    private static List<String> stat(String... more) {
        return Stream.concat(STAT.stream(), Stream.of(more)).toList();
    }
}
