package io.fdflux.benchmarks.harness;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what {@code perf stat -x,} prints of the tracepoints {@code syscalls:sys_enter_*} and of {@link #ALL}. */
final class PerfOutput {

    /** The tracepoint that counts every call. */
    static final String ALL = "raw_syscalls:sys_enter";

    /** The name of those calls that have no tracepoint of their own among the counted ones. */
    static final String OTHERS = "others";

    private static final Pattern COUNT = Pattern.compile("(?m)^(\\d+),[^,]*,syscalls:sys_enter_(\\w+),");
    private static final Pattern COUNT_OF_ALL = Pattern.compile("(?m)^(\\d+),[^,]*," + ALL + ",");

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
        long named = calls.values().stream().mapToLong(Long::longValue).sum();
        Matcher all = COUNT_OF_ALL.matcher(output);
        if (all.find() && Long.parseLong(all.group(1)) > named) {
            calls.put(OTHERS, Long.parseLong(all.group(1)) - named);
        }
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
