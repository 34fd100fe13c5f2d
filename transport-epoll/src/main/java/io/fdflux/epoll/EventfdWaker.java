package io.fdflux.epoll;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.io.Io;
import io.fdflux.posix.poll.Epoll;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Wakes an epoll wait by a write to an eventfd(2). Thread-safe. It is never read, because with EPOLLET each write is an
 * event: eventfd_write in Linux's fs/eventfd.c. Its counter overflows after 2^64 - 2 writes only.
 */
final class EventfdWaker implements Waker {

    private static final MemorySegment ONE = Arena.global().allocateFrom(ValueLayout.JAVA_LONG, 1L);

    private final Descriptor eventfd = Epoll.eventfd();

    EventfdWaker() throws IOException {}

    @Override
    public String means() {
        return "eventfd";
    }

    @Override
    public int fd() {
        return eventfd.number();
    }

    @Override
    public void wakeup() {
        if (eventfd.lease()) {
            try {
                Io.write(eventfd.number(), ONE.address(), Long.BYTES);
            } finally {
                eventfd.releaseUnchecked();
            }
        }
    }

    @Override
    public void woken() {
        // The next write is an event even if the counter was not read.
    }

    @Override
    public void close() {
        eventfd.closeUnchecked();
    }
}
