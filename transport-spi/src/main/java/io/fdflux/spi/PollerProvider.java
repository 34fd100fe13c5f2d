package io.fdflux.spi;

import java.io.IOException;
import java.util.Optional;

/**
 * Opens pollers of one kind. {@link java.util.ServiceLoader} finds it. Thread-safe. Neither loading nor constructing it
 * links native functions or fails on any platform.
 */
public interface PollerProvider {

    /**
     * The name by which users select it.
     *
     * @return lower case, one word: {@code epoll}, {@code kqueue}
     */
    String name();

    /**
     * The rank of this provider among the available ones.
     *
     * @return the highest is the default
     */
    int priority();

    /**
     * The reason why this poller cannot run here, such as another system, an older kernel or a missing function. It
     * does not test whether an opened poller works; the choice among the providers does.
     *
     * @return empty if {@link #open()} is expected to succeed
     */
    Optional<Throwable> unavailabilityCause();

    /**
     * Opens a kernel queue. The thread that polls becomes its owner.
     *
     * @return a new poller; the caller closes it
     * @throws IOException if the kernel refuses, without descriptors or memory left
     */
    Poller open() throws IOException;
}
