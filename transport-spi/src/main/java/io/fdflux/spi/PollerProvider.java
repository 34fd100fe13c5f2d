package io.fdflux.spi;

import java.io.IOException;
import java.util.Optional;

/**
 * A kind of {@link Poller}, found with {@link java.util.ServiceLoader}. Any thread may call it; its methods neither
 * throw nor load anything native until they are called.
 */
public interface PollerProvider {

    /**
     * The name by which users choose it.
     *
     * @return lower case, one word: {@code epoll}, {@code kqueue}
     */
    String name();

    /**
     * Which provider is the default where several are available.
     *
     * @return the highest wins
     */
    int priority();

    /**
     * Why this poller cannot run here, as far as is known without using it: another system, a kernel too old, a
     * function that is missing. Whether what opens also works is tried by who chooses among the pollers.
     *
     * @return empty if {@link #open()} is expected to succeed
     */
    Optional<Throwable> unavailabilityCause();

    /**
     * Opens a kernel queue. The thread that polls becomes its owner.
     *
     * @return a new poller; the caller closes it
     * @throws IOException if the kernel refuses (out of descriptors or memory)
     */
    Poller open() throws IOException;
}
