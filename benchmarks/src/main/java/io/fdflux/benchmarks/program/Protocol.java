package io.fdflux.benchmarks.program;

import java.io.PrintStream;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** What the programs print for the harness: one line per fact, a word and its value. */
final class Protocol {

    /** The exit code after {@link #unavailable}. */
    static final int UNAVAILABLE = 3;

    private static final JsonMapper JSON = JsonMapper.shared();

    private final PrintStream out;

    /** Prints to this stream. */
    Protocol(PrintStream out) {
        this.out = out;
    }

    /** The program works from now on. The port is 0 if it listens on none. */
    void ready(int port) {
        print("READY " + port);
    }

    /** The program cannot do what it was asked to, for a reason that the report prints. */
    int unavailable(Exception reason) {
        print("UNAVAILABLE " + reason.getMessage());
        return UNAVAILABLE;
    }

    void stats(Map<String, ?> stats) {
        print("STATS " + JSON.writeValueAsString(stats));
    }

    void result(Map<String, ?> result) {
        print("RESULT " + JSON.writeValueAsString(result));
    }

    /** One run failed. The program goes on. */
    void failed(Exception cause) {
        print("FAILED " + cause);
    }

    private void print(String line) {
        out.println(line.replaceAll("\\R", " "));
        out.flush();
    }
}
