package io.fdflux.benchmarks.harness;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Reads the table of {@code strace -c}. */
final class StraceOutput {

    /** % time, seconds, usecs/call, calls, errors (may be absent), syscall. */
    private static final Pattern ROW =
            Pattern.compile("(?m)^ *[\\d.]+ +[\\d.]+ +\\d+ +(\\d+) +(?:\\d+ +)?([a-z]\\w*)$");

    private StraceOutput() {}

    /** {@return the calls by name} */
    static Map<String, Long> calls(String output) {
        Map<String, Long> calls = new TreeMap<>();
        ROW.matcher(output).results().forEach(row -> {
            if (!row.group(2).equals("total")) {
                calls.put(row.group(2), Long.parseLong(row.group(1)));
            }
        });
        return calls;
    }
}
