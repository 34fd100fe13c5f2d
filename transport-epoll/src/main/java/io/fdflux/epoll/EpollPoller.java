package io.fdflux.epoll;

import io.fdflux.posix.Errno;
import io.fdflux.posix.poll.Epoll;
import io.fdflux.spi.EventSources;
import io.fdflux.spi.Interest;
import io.fdflux.spi.Owners;
import io.fdflux.spi.Poller;
import io.fdflux.spi.Readiness;
import io.fdflux.spi.ReadinessSink;
import io.fdflux.spi.SourceKind;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;

/**
 * Polls with epoll(7), edge-triggered. A watch persists after its events, so a steady interest is armed once
 * per descriptor.
 *
 * <p>Each change is an immediate epoll_ctl(2), because epoll has no list of changes. So the engine calls
 * {@link #update} right before the wait, at most once per descriptor. The next {@link #poll} reports a refused change.
 *
 * <p>The poller relies on these facts:
 * <ul>
 *   <li>Adding or modifying a watch reports existing readiness: ep_insert and ep_modify in Linux's fs/eventpoll.c.
 *   <li>A watch vanishes with the last descriptor of its open file description: epoll(7), "Questions and answers".
 *   <li>EPOLLERR and EPOLLHUP are always reported: epoll_ctl(2).
 * </ul>
 */
final class EpollPoller implements Poller, EventSources {

    private static final long WAKEUP = -1;
    private static final int FIRST_CAPACITY = 64;
    private static final int LARGEST_CAPACITY = 4096;

    private record Refusal(long token, int errno) {}

    private final Epoll epoll;
    private final Waker waker;
    private final Queue<Refusal> refusals = new ArrayDeque<>();
    private final Owners owners = new Owners();
    private long changes;
    /** Null until the first watch, so that loops without sources pay a null check. */
    private DescriptorSources sources;

    private boolean closed;

    EpollPoller() throws IOException {
        epoll = new Epoll(FIRST_CAPACITY);
        Waker opened = null;
        try {
            opened = Waker.open();
            int result = epoll.control(Epoll.CTL_ADD, opened.fd(), Epoll.IN | Epoll.ET, WAKEUP);
            if (result < 0) {
                throw Errno.exception("epoll_ctl", opened.means(), -result);
            }
        } catch (IOException | RuntimeException | Error e) {
            if (opened != null) {
                opened.close();
            }
            epoll.close();
            throw e;
        }
        waker = opened;
    }

    @Override
    public int update(int fd, int before, int now, long token) {
        if (!owners.accept(fd, before, token)) {
            return 0;
        }
        changes++;
        int result = now == Interest.NONE
                ? epoll.control(Epoll.CTL_DEL, fd, 0, token)
                : epoll.control(before == Interest.NONE ? Epoll.CTL_ADD : Epoll.CTL_MOD, fd, mask(now), token);
        if (result < 0 && now != Interest.NONE) {
            refusals.add(new Refusal(token, -result));
        }
        return 1;
    }

    @Override
    public long changes() {
        return changes;
    }

    private static int mask(int interest) {
        int mask = Epoll.ET | Epoll.RDHUP;
        if ((interest & Interest.READ) != 0) {
            mask |= Epoll.IN | Epoll.PRI;
        }
        if ((interest & Interest.WRITE) != 0) {
            mask |= Epoll.OUT;
        }
        return mask;
    }

    @Override
    public int poll(long timeoutNanos, ReadinessSink sink) throws IOException {
        int reported = report(sink) + (sources == null ? 0 : sources.report(sink));
        int count = epoll.await(reported > 0 ? 0 : timeoutNanos);
        if (count < 0) {
            if (count == -Errno.EINTR) {
                return reported;
            }
            throw Errno.exception("epoll_wait", "", -count);
        }
        for (int i = 0; i < count; i++) {
            long token = epoll.data(i);
            if (token == WAKEUP) {
                waker.woken();
            } else if (token <= DescriptorSources.FIRST_KEY) {
                reported += sources.onReadable(token, sink);
            } else {
                int mask = epoll.mask(i);
                sink.event(token, readiness(mask), ReadinessSink.UNKNOWN, 0);
                reported++;
            }
        }
        if (sources != null) {
            reported += sources.report(sink);
        }
        if (count == epoll.capacity() && count < LARGEST_CAPACITY) {
            epoll.grow(count * 2);
        }
        return reported;
    }

    private int report(ReadinessSink sink) {
        int reported = 0;
        for (Refusal refusal = refusals.poll(); refusal != null; refusal = refusals.poll()) {
            sink.event(refusal.token(), Readiness.ERROR, ReadinessSink.UNKNOWN, refusal.errno());
            reported++;
        }
        return reported;
    }

    private static int readiness(int mask) {
        int readiness = 0;
        if ((mask & Epoll.IN) != 0) {
            readiness |= Readiness.READABLE;
        }
        if ((mask & Epoll.PRI) != 0) {
            readiness |= Readiness.URGENT;
        }
        if ((mask & Epoll.OUT) != 0) {
            readiness |= Readiness.WRITABLE;
        }
        if ((mask & (Epoll.RDHUP | Epoll.HUP)) != 0) {
            readiness |= Readiness.HANGUP | Readiness.READABLE;
        }
        if ((mask & (Epoll.ERR | Epoll.HUP)) != 0) {
            // The next read or write returns the error. Do not read SO_ERROR here, because that clears it: socket(7).
            readiness |= Readiness.READABLE | Readiness.WRITABLE;
        }
        if ((mask & Epoll.ERR) != 0) {
            readiness |= Readiness.ERROR;
        }
        return readiness;
    }

    @Override
    public void forget(int fd, long token) {
        owners.release(fd, token); // no change is queued, and refusals have a token
    }

    @Override
    public void wakeup() {
        waker.wakeup();
    }

    @Override
    public boolean armSpentByEvent() {
        return false;
    }

    @Override
    public boolean offers(SourceKind kind) {
        return DescriptorSources.offers(kind);
    }

    @Override
    public int watch(SourceKind kind, long ident, long detail, long token) {
        if (sources == null) {
            sources = new DescriptorSources(new SourcesHost());
        }
        return sources.watch(kind, ident, detail, token);
    }

    @Override
    public void rearm(SourceKind kind, long ident, long token) {
        if (sources != null) {
            sources.rearm(kind, token);
        }
    }

    @Override
    public void unwatch(SourceKind kind, long ident, long token) {
        if (sources != null) {
            sources.unwatch(kind, token);
        }
    }

    private final class SourcesHost implements DescriptorSources.Host {

        @Override
        public int add(int fd, long key) {
            changes++;
            return epoll.control(Epoll.CTL_ADD, fd, Epoll.IN | Epoll.ET, key);
        }

        @Override
        public void remove(int fd) {
            changes++;
            epoll.control(Epoll.CTL_DEL, fd, 0, 0);
        }

        @Override
        public void wakeup() {
            waker.wakeup();
        }
    }

    @Override
    public Map<String, String> means() {
        return Map.of("wake-up", waker.means(), "wait", epoll.waitsForNanoseconds() ? "epoll_pwait2" : "epoll_wait");
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            if (sources != null) {
                sources.close();
            }
            waker.close();
            epoll.close();
        }
    }
}
