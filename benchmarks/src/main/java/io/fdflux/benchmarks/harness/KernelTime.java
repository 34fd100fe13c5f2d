package io.fdflux.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The CPU time that a process has spent inside the kernel. */
final class KernelTime {

    /** USER_HZ, which is 100 on every architecture that Java runs on: include/uapi/asm-generic/param.h of Linux. */
    private static final long NANOS_PER_TICK = TimeUnit.SECONDS.toNanos(1) / 100;

    /** Fields behind the name of the program, which may contain anything. */
    private static final int STIME = 12;

    private KernelTime() {}

    /** {@return its nanoseconds; null where there is no such file, or the process has ended} */
    static Long nanos(long pid) throws IOException {
        try {
            return nanos(Files.readString(Path.of("/proc", String.valueOf(pid), "stat")));
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Reads the line of proc_pid_stat(5). */
    static long nanos(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[STIME]) * NANOS_PER_TICK;
    }
}
