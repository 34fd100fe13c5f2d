package io.fdflux.benchmarks.harness;

import java.util.ArrayList;
import java.util.List;

/** Puts the server on one processor and the sender on another, so that neither takes time from the other. */
final class Pinning {

    private static final int SERVER = 0;
    private static final int SENDER = 1;

    private final boolean pins;

    Pinning() {
        this(Runtime.getRuntime().availableProcessors() > 1 && Command.exists("taskset"));
    }

    private Pinning(boolean pins) {
        this.pins = pins;
    }

    List<String> server(List<String> command) {
        return pinned(SERVER, command);
    }

    List<String> sender(List<String> command) {
        return pinned(SENDER, command);
    }

    private List<String> pinned(int processor, List<String> command) {
        List<String> pinned = new ArrayList<>();
        if (pins) {
            pinned.addAll(List.of("taskset", "-c", String.valueOf(processor)));
        }
        pinned.addAll(command);
        return pinned;
    }

    @Override
    public String toString() {
        return pins
                ? "server on processor " + SERVER + ", sender on processor " + SENDER
                : "none: taskset is missing, or there is only one processor";
    }
}
