package io.fdflux.epoll;

import io.fdflux.posix.Errno;
import io.fdflux.posix.poll.JvmSignals;
import io.fdflux.spi.ReadinessSink;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts deliveries of signals, and reports them. {@link JvmSignals} delivers, on any thread; everything else is for
 * the poller's owner. A delivery wakes the poller only if a report is armed.
 */
final class SignalCounts {

    private final Runnable wakeup;
    private final Map<Long, Source> sources = new HashMap<>();

    /** Whether an armed source may have a count to report. Set by any thread. */
    private volatile boolean signalled;

    /**
     * Makes a set without sources.
     *
     * @param wakeup ends the poller's wait; called by any thread
     */
    SignalCounts(Runnable wakeup) {
        this.wakeup = wakeup;
    }

    /** Returns 0 or {@code -errno}. */
    int watch(long number, long token) {
        if (number <= 0 || number > Integer.MAX_VALUE) {
            return -Errno.EINVAL;
        }
        Source source = new Source((int) number, token);
        int result = JvmSignals.take(source.number, source);
        if (result == 0) {
            sources.put(token, source);
        }
        return result;
    }

    void rearm(long token) {
        Source source = sources.get(token);
        if (source != null && source.count.arm()) {
            signalled = true;
        }
    }

    void unwatch(long token) {
        Source source = sources.remove(token);
        if (source != null) {
            JvmSignals.release(source.number, source);
        }
    }

    void unwatchAll() {
        List.copyOf(sources.keySet()).forEach(this::unwatch);
    }

    /** Reports the counts of armed sources. Returns the number of reports. */
    int report(ReadinessSink sink) {
        if (!signalled) {
            return 0;
        }
        signalled = false;
        int reported = 0;
        for (Source source : List.copyOf(sources.values())) { // the sink may watch and unwatch
            long count = sources.containsKey(source.token) ? source.count.take() : 0;
            if (count > 0) {
                sink.occurred(source.token, count, 0);
                reported++;
            }
        }
        return reported;
    }

    /** One watch of a signal. */
    private final class Source implements Runnable {

        final int number;
        final long token;
        final SignalCount count = new SignalCount();

        Source(int number, long token) {
            this.number = number;
            this.token = token;
        }

        /** A delivery, on any thread. */
        @Override
        public void run() {
            if (count.deliver()) {
                signalled = true;
                wakeup.run();
            }
        }
    }
}
