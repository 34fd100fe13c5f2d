package io.fdflux.benchmarks.harness;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Reads what {@code perf stat -x,} prints of the tracepoints {@code syscalls:sys_enter_*}. */
final class PerfOutput {

    private static final Pattern COUNT = Pattern.compile("(?m)^(\\d+),[^,]*,syscalls:sys_enter_(\\w+),");

    private PerfOutput() {}

    /** {@return the calls by name, without those that were not made} */
    static Map<String, Long> calls(String output) {
        Map<String, Long> calls = new TreeMap<>();
        COUNT.matcher(output).results().forEach(line -> {
            long count = Long.parseLong(line.group(1));
            if (count > 0) {
                calls.put(name(line.group(2)), count);
            }
        });
        return calls;
    }

    /** A few tracepoints have the name of the kernel's function, not that of the call. */
    private static String name(String tracepoint) {
        return switch (tracepoint) {
            case "newfstat" -> "fstat";
            case "newfstatat" -> "fstatat";
            case "newstat" -> "stat";
            case "newlstat" -> "lstat";
            case "newuname" -> "uname";
            case "sendfile64" -> "sendfile";
            default -> tracepoint;
        };
    }
}
