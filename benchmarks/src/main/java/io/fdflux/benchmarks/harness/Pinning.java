package io.fdflux.benchmarks.harness;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts the server on one processor and the sender on another, so that neither takes time from the other. A server that
 * warms up may use all, so that the JIT compiles beside it.
 */
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

    /** Keeps a running server, with all its threads, on its processor from now on. */
    void pinServer(long pid) throws InterruptedException {
        if (pins) {
            List<String> all = List.of("taskset", "-a", "-c", "-p", String.valueOf(SERVER), String.valueOf(pid));
            Command.run(all, Duration.ofSeconds(30));
        }
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
                ? "server on processor " + SERVER + " after its warm-up, sender on processor " + SENDER
                : "none: taskset is missing, or there is only one processor";
    }
}
