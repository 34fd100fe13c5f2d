package io.fdflux.benchmarks.program;

import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** What the programs print for the harness: one line per fact, a word and its value. */
final class Protocol {

    /** The exit code after {@link #unavailable}. */
    static final int UNAVAILABLE = 3;

    private static final JsonMapper JSON = JsonMapper.shared();

    private Protocol() {}

    /** The program works from now on. */
    static void ready(int port) {
        print("READY " + port);
    }

    /** The program cannot do what it was asked to, for a reason that the report prints. */
    static int unavailable(Exception reason) {
        print("UNAVAILABLE " + reason.getMessage());
        return UNAVAILABLE;
    }

    static void stats(Map<String, ?> stats) {
        print("STATS " + JSON.writeValueAsString(stats));
    }

    static void result(Map<String, ?> result) {
        print("RESULT " + JSON.writeValueAsString(result));
    }

    private static void print(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
