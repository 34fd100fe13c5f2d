package io.fdflux.kqueue;

import io.fdflux.posix.Errno;
import io.fdflux.posix.Io;
import io.fdflux.posix.KeventList;
import io.fdflux.posix.Kqueue;
import io.fdflux.posix.Pipes;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Wakes by a byte in a pipe, where the kernel has no EVFILT_USER. The reading end is watched with EV_CLEAR, so that it needs
 * no arming; what has been written is read off, or a full pipe would take no byte any more that wakes.
 */
final class PipeWaker implements Waker {

    private static final int READ_BYTES = 512;

    private final Pipes.Pair pipe = Pipes.pipe();
    private final MemorySegment one = Arena.ofAuto().allocate(1);
    private final MemorySegment sink = Arena.ofAuto().allocate(READ_BYTES);

    PipeWaker(Kqueue kqueue, KeventList.Layout layout) throws IOException {
        KeventList event = new KeventList(layout, 1);
        event.add(pipe.first().number(), Kqueue.FILTER_READ, Kqueue.ADD | Kqueue.CLEAR, 0, 0, TOKEN);
        int result = kqueue.submit(event);
        if (result < 0) {
            close();
            throw Errno.exception("kevent", "the wake-up pipe", -result);
        }
    }

    @Override
    public String means() {
        return "pipe";
    }

    @Override
    public void wakeup() {
        if (pipe.second().lease()) {
            try {
                int result = Io.write(pipe.second().number(), one.address(), 1);
                // EAGAIN: the pipe is full of wake-ups that the owner has not taken yet. EPIPE: the poller was closed
                // since
                // the lease was taken, which closes the reading end at once.
                if (result < 0 && result != -Errno.EAGAIN && result != -Errno.EPIPE) {
                    throw new IllegalStateException(Errno.exception("write", "the wake-up pipe", -result));
                }
            } finally {
                pipe.second().releaseUnchecked();
            }
        }
    }

    @Override
    public void woken() {
        int read;
        do {
            read = Io.read(pipe.first().number(), sink.address(), READ_BYTES);
        } while (read == READ_BYTES);
    }

    @Override
    public void close() {
        pipe.second().closeUnchecked();
        pipe.first().closeUnchecked();
    }
}
