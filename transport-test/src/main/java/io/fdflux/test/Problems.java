package io.fdflux.test;

import java.util.ArrayList;
import java.util.List;

/** Collects violations of a script or of a poller's contract. Thread-safe. */
final class Problems {

    private final List<String> found = new ArrayList<>();

    synchronized void add(String problem) {
        found.add(problem);
    }

    /** Throws if there is any. */
    synchronized void throwIfAny() {
        if (!found.isEmpty()) {
            throw new AssertionError(String.join(System.lineSeparator(), found));
        }
    }
}
