package io.fdflux.benchmarks.harness;

import java.io.IOException;
import java.util.List;

/**
 * A busy process on the server's processor. It takes half of the server's time, so that the server is the limit and not the sender,
 * where the sender has more to do per operation.
 */
final class Neighbour implements AutoCloseable {

    private final Process process;

    Neighbour(Pinning pinning) throws IOException {
        this.process = new ProcessBuilder(pinning.server(List.of("sh", "-c", "while :; do :; done"))).start();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
