package io.fdflux.test;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The calls that the code under test has made, the last ones of them. Guarded by the kernel's lock. */
final class ScriptedTrace {

    private static final int LIMIT = 10_000;

    private final Deque<String> calls = new ArrayDeque<>();

    void add(String call) {
        if (calls.size() == LIMIT) {
            calls.removeFirst();
        }
        calls.add(call);
    }

    List<String> calls() {
        return List.copyOf(calls);
    }

    void clear() {
        calls.clear();
    }
}
