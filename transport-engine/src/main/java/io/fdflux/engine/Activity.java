package io.fdflux.engine;

import io.fdflux.posix.Errno;

/**
 * What one descriptor has made its loop do: the share of the {@link Counters} that is this descriptor's. Each number is
 * modulo 2^32, and begins anew on another loop. Plain fields beside calls of the kernel. Loop thread only.
 */
public final class Activity {

    private int reads;
    private int readEagains;
    private int writes;
    private int writeEagains;
    private int arms;
    private int writableEvents;

    Activity() {}

    void read() {
        reads++;
    }

    void readWouldBlock() {
        readEagains++;
    }

    /**
     * Counts a write.
     *
     * @param result the bytes moved, or {@code -errno}
     */
    void write(long result) {
        writes++;
        if (result == -Errno.EAGAIN) {
            writeEagains++;
        }
    }

    void armed(int interests) {
        arms += interests;
    }

    void writable() {
        writableEvents++;
    }

    /** {@return calls of read(2), accept(2) and the like} */
    public int reads() {
        return reads;
    }

    /** {@return reads and accepts that would have blocked} */
    public int readEagains() {
        return readEagains;
    }

    /** {@return calls of write(2), send(2) and the like} */
    public int writes() {
        return writes;
    }

    /** {@return writes that would have blocked} */
    public int writeEagains() {
        return writeEagains;
    }

    /** {@return how often an interest was armed, those in hang-ups included} */
    public int arms() {
        return arms;
    }

    /**
     * Returns how often the poller has reported the descriptor writable. Two equal answers, both while
     * {@link Registration#isWriteBlocked()}, mean that nothing was written in between.
     *
     * @return the number of events
     */
    public int writableEvents() {
        return writableEvents;
    }
}
