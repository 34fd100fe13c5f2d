package io.fdflux.spi;

/**
 * A {@link Poller} implements this too if its kernel takes many sends in one call. At the end of a turn the engine
 * hands over the sends of all descriptors together. Without it the engine makes a send(2) for each.
 */
public interface BatchSender {

    /**
     * Makes some sends, each as a non-blocking send(2) would. Loop thread only.
     *
     * @param count     how many; the arrays may be longer
     * @param fds       the sockets, each at most once
     * @param addresses where the bytes are; their memory stays valid until the call returns
     * @param lengths   how many bytes, at least 1
     * @param results   receives for each the bytes taken, or {@code -errno}
     */
    void send(int count, int[] fds, long[] addresses, int[] lengths, int[] results);
}
