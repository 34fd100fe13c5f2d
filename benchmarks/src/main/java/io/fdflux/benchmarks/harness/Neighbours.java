package io.fdflux.benchmarks.harness;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Busy processes on the server's processor. They take three quarters of the server's time, so that the server is the
 * limit and not the sender, where the sender has more to do per operation. With one of them, a fast machine's server
 * waited for wrk.
 */
final class Neighbours implements AutoCloseable {

    private static final int COUNT = 3;

    /** Counts, and looks from time to time whether the harness is still there: it may have been killed. */
    private static final String BUSY =
            "while kill -0 $PPID 2>/dev/null; do i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done; done";

    private final List<Process> processes = new ArrayList<>();

    Neighbours(Pinning pinning) throws IOException {
        for (int i = 0; i < COUNT; i++) {
            try {
                processes.add(new ProcessBuilder(pinning.server(List.of("sh", "-c", BUSY))).start());
            } catch (IOException e) {
                close();
                throw e;
            }
        }
    }

    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
    }
}
