package io.fdflux.benchmarks.harness;

import java.io.IOException;
import java.util.List;

/**
 * A busy process on the server's processor. It takes half of the server's time, so that the server is the limit and not
 * the sender, where the sender has more to do per operation.
 */
final class Neighbour implements AutoCloseable {

    /** Counts, and looks from time to time whether the harness is still there: it may have been killed. */
    private static final String BUSY =
            "while kill -0 $PPID 2>/dev/null; do i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done; done";

    private final Process process;

    Neighbour(Pinning pinning) throws IOException {
        this.process = new ProcessBuilder(pinning.server(List.of("sh", "-c", BUSY))).start();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
