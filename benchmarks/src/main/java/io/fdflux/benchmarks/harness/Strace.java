package io.fdflux.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Counts by ptrace(2), which stops the process at each call: the counts are right, but the load is slow. */
final class Strace implements CallCounter {

    @Override
    public String name() {
        return "strace";
    }

    @Override
    public boolean works() throws InterruptedException {
        if (!Command.exists("strace")) {
            return false;
        }
        try {
            String counts = Command.run(List.of("strace", "-f", "-c", "true"), Duration.ofSeconds(30));
            return !StraceOutput.calls(counts).isEmpty();
        } catch (MeasurementException e) {
            return false;
        }
    }

    @Override
    public Counted count(long pid, Counting load) throws IOException, InterruptedException {
        Path counts = Files.createTempFile("fdflux-benchmark", ".strace");
        Path log = Files.createTempFile("fdflux-benchmark", ".log");
        try {
            Process strace = new ProcessBuilder(
                            "strace", "-f", "-c", "-o", counts.toString(), "-p", String.valueOf(pid))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            String output;
            try {
                awaitAttached(strace, log);
                output = load.run(List.of());
            } finally {
                strace.destroy(); // it detaches, and writes its table
                strace.waitFor(30, TimeUnit.SECONDS);
            }
            return new Counted(StraceOutput.calls(Files.readString(counts)), output);
        } finally {
            Files.delete(counts);
            Files.delete(log);
        }
    }

    private static void awaitAttached(Process strace, Path log) throws IOException, InterruptedException {
        for (int i = 0; i < 1000; i++) {
            if (Files.readString(log).contains("attached")) {
                return;
            }
            if (!strace.isAlive()) {
                throw new MeasurementException("strace ended" + Command.end(log));
            }
            Thread.sleep(10);
        }
        throw new MeasurementException("strace did not attach in 10 s" + Command.end(log));
    }
}
