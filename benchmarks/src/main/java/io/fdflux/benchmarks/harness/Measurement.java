package io.fdflux.benchmarks.harness;

import io.fdflux.benchmarks.result.JvmResult;
import java.io.IOException;

/** What is measured of one transport between the start and the end of its server JVM, so that transports take turns. */
interface Measurement extends AutoCloseable {

    /** Prepares everything, warm-up included. */
    void start() throws IOException, InterruptedException, UnavailableException;

    /** Makes one measured run. */
    void run() throws IOException, InterruptedException, UnavailableException;

    /** {@return the runs, and what is counted apart from them} */
    JvmResult finish() throws IOException, InterruptedException, UnavailableException;

    @Override
    void close() throws IOException;
}
