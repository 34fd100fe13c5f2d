package io.fdflux.netty;

import io.fdflux.LoopCounters.Counter;
import java.util.EnumMap;
import java.util.Map;

/** The loops' counters since this object was created. */
public final class Deltas {

    private final Loops loops;
    private final Map<Counter, Long> before = new EnumMap<>(Counter.class);

    public Deltas(Loops loops) {
        this.loops = loops;
        for (Counter counter : Counter.values()) {
            before.put(counter, loops.count(counter));
        }
    }

    public long of(Counter counter) {
        return loops.count(counter) - before.get(counter);
    }
}
