package io.fdflux.benchmarks.harness;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Counts the system calls of a process while a load runs. */
interface CallCounter {

    /** A load as a command; the words that a counter puts before it may count meanwhile. */
    interface Counting {
        String run(List<String> before) throws InterruptedException;
    }

    /**
     * What was counted.
     *
     * @param calls  by name, without those that were not made
     * @param output of the load
     */
    record Counted(Map<String, Long> calls, String output) {}

    /** {@return the best counter that works here} */
    static Optional<CallCounter> best() throws InterruptedException {
        for (CallCounter counter : List.of(new Perf(), new Strace())) {
            if (counter.works()) {
                return Optional.of(counter);
            }
        }
        return Optional.empty();
    }

    String name();

    boolean works() throws InterruptedException;

    /** Runs the load, and counts the calls that the process makes meanwhile. */
    Counted count(long pid, Counting load) throws IOException, InterruptedException;
}
