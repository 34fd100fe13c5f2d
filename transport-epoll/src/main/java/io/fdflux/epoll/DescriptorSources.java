package io.fdflux.epoll;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.io.Io;
import io.fdflux.posix.poll.JvmSignals;
import io.fdflux.posix.poll.Pidfd;
import io.fdflux.posix.poll.Timerfd;
import io.fdflux.spi.ReadinessSink;
import io.fdflux.spi.SourceKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * Composes the {@link io.fdflux.spi.EventSources} of Linux, with their contract. Owner thread only.
 *
 * <pre>
 * kind     composed of                          a report
 * SIGNAL   SignalCounts (why: JvmSignals)       takes the count
 * PROCESS  a descriptor of pidfd_open(2)        closes it, because a process ends once
 * TIMER    a descriptor of timerfd_create(2)    reads it; arming it again sets the same time, which may be past
 * FILE     nothing                              inotify(7) is a descriptor with messages, so its user reads it as such
 * </pre>
 */
final class DescriptorSources {

    /** The poller's part. */
    interface Host {

        /**
         * Watches a descriptor for reading, edge-triggered. An event is passed to {@link DescriptorSources#onReadable}.
         *
         * @param key of the event, at most {@link #FIRST_KEY}
         * @return 0 or {@code -errno}
         */
        int add(int fd, long key);

        /** Ends the watch of a descriptor that is about to be closed. */
        void remove(int fd);

        /** As {@link io.fdflux.spi.Poller#wakeup}. */
        void wakeup();
    }

    /** Keys count down from here, so that they differ from tokens and from the waker's. */
    static final long FIRST_KEY = -2;

    /** Each kind is tried once, because a kernel or a sandbox may refuse its calls. */
    private static final class Offers {

        static final boolean PROCESS = works(Pidfd.open(ProcessHandle.current().pid()));
        static final boolean TIMER = works(Timerfd.create());

        private static boolean works(int fd) {
            if (fd >= 0) {
                Descriptor.unshared(fd).closeUnchecked();
            }
            return fd >= 0 || fd == -Errno.EMFILE || fd == -Errno.ENFILE;
        }
    }

    private final Host host;
    private final SignalCounts signals;
    private final Map<Long, Source> byToken = new HashMap<>();
    private final Map<Long, Source> byKey = new HashMap<>();
    private final MemorySegment expirations = Arena.ofAuto().allocate(Timerfd.READ_BYTES, Long.BYTES);
    private long nextKey = FIRST_KEY;

    private record Result(TimerSource timer, int errno) {}

    /** What timerfd_settime(2) has found at once, for the next report; errno 0 if it is due. */
    private final Queue<Result> results = new ArrayDeque<>();

    DescriptorSources(Host host) {
        this.host = host;
        this.signals = new SignalCounts(host::wakeup);
    }

    static boolean offers(SourceKind kind) {
        return switch (kind) {
            case SIGNAL -> JvmSignals.isAvailable();
            case PROCESS -> Offers.PROCESS;
            case TIMER -> Offers.TIMER;
            case FILE -> false;
        };
    }

    int watch(SourceKind kind, long ident, long detail, long token) {
        return switch (kind) {
            case SIGNAL -> signals.watch(ident, token);
            case PROCESS -> watchProcess(ident, token);
            case TIMER -> watchTimer(detail, token);
            case FILE -> -Errno.ENOSYS;
        };
    }

    private int watchProcess(long pid, long token) {
        int fd = Pidfd.open(pid);
        return fd < 0 ? fd : add(new ProcessSource(token, Descriptor.unshared(fd)));
    }

    private int watchTimer(long epochNanos, long token) {
        int fd = Timerfd.create();
        if (fd < 0) {
            return fd;
        }
        TimerSource timer = new TimerSource(token, Descriptor.unshared(fd), epochNanos);
        int result = add(timer);
        if (result == 0) {
            timer.set();
        }
        return result;
    }

    private int add(Source source) {
        int result = host.add(source.descriptor.number(), source.key);
        if (result < 0) {
            source.descriptor.closeUnchecked();
            return result;
        }
        byKey.put(source.key, source);
        byToken.put(source.token, source);
        return 0;
    }

    void rearm(SourceKind kind, long token) {
        if (kind == SourceKind.SIGNAL) {
            signals.rearm(token);
        } else if (byToken.get(token) instanceof TimerSource timer) { // a process's report is armed until it ends
            timer.rearm();
        }
    }

    void unwatch(SourceKind kind, long token) {
        if (kind == SourceKind.SIGNAL) {
            signals.unwatch(token);
        } else {
            close(byToken.remove(token));
        }
    }

    private void close(Source source) {
        if (source != null) {
            byKey.remove(source.key);
            host.remove(source.descriptor.number());
            source.descriptor.closeUnchecked();
        }
    }

    /** Ends all watches. */
    void close() {
        signals.unwatchAll();
        List.copyOf(byToken.values()).forEach(this::close);
        byToken.clear();
    }

    /**
     * Reports what needs no event of a descriptor. Called before the wait, which must not last if there is a report,
     * and after it.
     *
     * @return the number of reports
     */
    int report(ReadinessSink sink) {
        int reported = signals.report(sink);
        for (Result result = results.poll(); result != null; result = results.poll()) {
            reported += result.timer().report(result.errno(), sink);
        }
        return reported;
    }

    /**
     * Handles an event of a descriptor.
     *
     * @param key of {@link Host#add}
     * @return the number of reports
     */
    int onReadable(long key, ReadinessSink sink) {
        Source source = byKey.get(key);
        return source == null ? 0 : source.onReadable(sink);
    }

    private abstract class Source {

        final long token;
        final Descriptor descriptor;
        final long key = nextKey--;

        Source(long token, Descriptor descriptor) {
            this.token = token;
            this.descriptor = descriptor;
        }

        abstract int onReadable(ReadinessSink sink);
    }

    private final class ProcessSource extends Source {

        ProcessSource(long token, Descriptor descriptor) {
            super(token, descriptor);
        }

        @Override
        int onReadable(ReadinessSink sink) {
            int status = Pidfd.exitStatus(descriptor.number());
            close(byToken.remove(token));
            sink.occurred(token, 1, status == Pidfd.UNKNOWN_STATUS ? ReadinessSink.UNKNOWN_STATUS : status);
            return 1;
        }
    }

    private final class TimerSource extends Source {

        private final long epochNanos;
        private boolean armed = true;

        TimerSource(long token, Descriptor descriptor, long epochNanos) {
            super(token, descriptor);
            this.epochNanos = epochNanos;
        }

        void set() {
            int result = Timerfd.set(descriptor.number(), epochNanos);
            if (result < 0) {
                results.add(new Result(this, result == -Errno.ECANCELED ? 0 : -result));
            }
        }

        void rearm() {
            if (!armed) {
                armed = true;
                set();
            }
        }

        @Override
        int onReadable(ReadinessSink sink) {
            long result = Io.read(descriptor.number(), expirations.address(), Timerfd.READ_BYTES);
            return result == -Errno.EAGAIN ? 0 : report(0, sink);
        }

        int report(int errno, ReadinessSink sink) {
            if (!armed || byToken.get(token) != this) {
                return 0; // reported, or unwatched
            }
            armed = false;
            if (errno == 0) {
                sink.occurred(token, 1, 0);
            } else {
                close(byToken.remove(token));
                sink.sourceRefused(token, errno);
            }
            return 1;
        }
    }
}
