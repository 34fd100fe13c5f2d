package io.fdflux.netty.channel;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How long one channel has been written by flushes of one turn of its loop. A writer that answers each success with the
 * next message writes for as long as the kernel takes all. So Reactor Netty sends a Flux that always has an element:
 * while the peer keeps up, no other channel of the loop has its turn. Loop thread only.
 *
 * <p>A turn that ends too early costs more than one that ends late, see {@link StreamOutput}. Hence the bounds are
 * those of a writer that will hardly end by itself: so many bytes, in so long a time.
 */
final class FlushTime {

    static final int LEAST_BYTES = 2 * 1024 * 1024;

    static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Most turns write less, and read no clock. */
    static final int BYTES_PER_LOOK = 256 * 1024;

    private final LongSupplier nanoTime;
    private int turn;
    private long written;
    private long nextLook;
    /** Of the first look of the turn. */
    private long begin;

    private boolean over;

    FlushTime(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * The kernel has taken bytes.
     *
     * @param now   the present turn of the loop
     * @param bytes their number
     */
    void wrote(int now, long bytes) {
        if (now != turn) {
            turn = now;
            written = 0;
            nextLook = BYTES_PER_LOOK;
            over = false;
        }
        boolean first = written < BYTES_PER_LOOK;
        written += bytes;
        if (written >= nextLook && !over) {
            look(first);
        }
    }

    private void look(boolean first) {
        nextLook = written + BYTES_PER_LOOK;
        long time = nanoTime.getAsLong();
        if (first) {
            begin = time;
        } else {
            over = written >= LEAST_BYTES && time - begin >= LONGEST_NANOS;
        }
    }

    /** {@return whether what is flushed in this turn from now on is to wait for its end} */
    boolean isOver(int now) {
        return over && now == turn;
    }
}
