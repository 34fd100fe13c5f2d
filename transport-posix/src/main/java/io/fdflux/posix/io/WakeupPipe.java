package io.fdflux.posix.io;

import io.fdflux.posix.Errno;
import io.fdflux.posix.Pipes;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Wakes a poller by a byte in a pipe, for kernels and sandboxes without eventfd(2) or EVFILT_USER. The poller watches
 * the reading end edge-triggered (EPOLLET, EV_CLEAR), so it is armed only once. The poller's owner must
 * {@link #drain()} the pipe after each event, because a full pipe accepts no byte and so makes no edge.
 */
public final class WakeupPipe {

    private static final int READ_BYTES = 512;

    private final Pipes.Pair pipe;
    private final MemorySegment one = Arena.ofAuto().allocate(1);
    private final MemorySegment sink = Arena.ofAuto().allocate(READ_BYTES);

    /**
     * Makes the pipe.
     *
     * @throws IOException if the process has no descriptors left
     */
    public WakeupPipe() throws IOException {
        pipe = Pipes.pipe();
    }

    /** {@return the number of the end to watch for reading} */
    public int fd() {
        return pipe.first().number();
    }

    /** Makes the reading end readable. Any thread, also after {@link #close()}. */
    public void wakeup() {
        if (pipe.second().lease()) {
            try {
                int result = Io.write(pipe.second().number(), one.address(), 1);
                // EAGAIN: the pipe is full, so the owner has pending wake-ups.
                // EPIPE: close() has closed the reading end, while this lease kept the writing end open.
                if (result < 0 && result != -Errno.EAGAIN && result != -Errno.EPIPE) {
                    throw new IllegalStateException(Errno.exception("write", "the wake-up pipe", -result));
                }
            } finally {
                pipe.second().releaseUnchecked();
            }
        }
    }

    /** Discards the pending wake-ups. Called by the poller's owner. */
    public void drain() {
        int read;
        do {
            read = Io.read(pipe.first().number(), sink.address(), READ_BYTES);
        } while (read == READ_BYTES);
    }

    /** Closes the pipe. A concurrent {@link #wakeup()} keeps its number open by a lease. */
    public void close() {
        pipe.second().closeUnchecked();
        pipe.first().closeUnchecked();
    }
}
