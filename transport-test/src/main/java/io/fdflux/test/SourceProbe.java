package io.fdflux.test;

import io.fdflux.spi.EventSources;
import io.fdflux.spi.Poller;
import io.fdflux.spi.ReadinessSink;
import io.fdflux.spi.SourceKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Drives a {@link Poller} that is {@link EventSources} in the tests of their contract, and records all reports. Owner
 * thread only, like the poller.
 */
final class SourceProbe implements AutoCloseable {

    /** One report; errno 0 for an occurrence. */
    record Report(long token, long count, int detail, int errno) {}

    private record Watched(SourceKind kind, long ident) {}

    private final Poller poller;
    private final EventSources sources;
    private final List<Report> reports = new ArrayList<>();
    private final List<Long> readable = new ArrayList<>();
    private final Map<Long, Watched> watched = new HashMap<>();
    private long nextToken = 1;

    SourceProbe(Poller poller) {
        this.poller = poller;
        this.sources = (EventSources) poller;
    }

    Poller poller() {
        return poller;
    }

    EventSources sources() {
        return sources;
    }

    /** Watches a source under a new token. A refusal at once is recorded as a report. */
    long watch(SourceKind kind, long ident, long detail) {
        long token = nextToken++;
        watched.put(token, new Watched(kind, ident));
        int result = sources.watch(kind, ident, detail, token);
        if (result > 0) {
            throw new AssertionError("watch of " + kind + " " + ident + " returned " + result);
        }
        if (result < 0) {
            reports.add(new Report(token, 0, 0, -result));
        }
        return token;
    }

    void rearm(long token) {
        Watched what = watched.get(token);
        sources.rearm(what.kind(), what.ident(), token);
    }

    void unwatch(long token) {
        Watched what = watched.get(token);
        sources.unwatch(what.kind(), what.ident(), token);
    }

    List<Report> poll(long timeoutNanos) throws IOException {
        return poll(timeoutNanos, report -> {});
    }

    /** Polls once, and records the reports. */
    List<Report> poll(long timeoutNanos, Consumer<Report> inside) throws IOException {
        List<Report> now = new ArrayList<>();
        int[] events = {0};
        int reported = poller.poll(timeoutNanos, new ReadinessSink() {
            @Override
            public void event(long token, int readiness, long available, int errno) {
                events[0]++;
                readable.add(token);
            }

            @Override
            public void occurred(long token, long count, int detail) {
                add(new Report(token, count, detail, 0));
            }

            @Override
            public void sourceRefused(long token, int errno) {
                add(new Report(token, 0, 0, errno));
            }

            private void add(Report report) {
                now.add(report);
                inside.accept(report);
            }
        });
        reports.addAll(now);
        if (reported != now.size() + events[0]) {
            throw new AssertionError(
                    "poll says that it reported " + reported + "; it reported " + now + " and events: " + events[0]);
        }
        return now;
    }

    /** Polls until a token has a report that was not awaited before, and takes it. */
    Report await(long token) throws IOException {
        while (true) {
            for (Report report : reports) {
                if (report.token() == token) {
                    reports.remove(report);
                    return report;
                }
            }
            PollerProbe.checkNotInterrupted("no report of token " + token + "; others: " + reports);
            poll(PollerProbe.LIMIT_NANOS);
        }
    }

    /** The reports of a token that nobody has awaited. */
    List<Report> reportsOf(long token) {
        return reports.stream().filter(report -> report.token() == token).toList();
    }

    /** Whether a descriptor with this token was reported. */
    boolean hasEventOf(long token) {
        return readable.contains(token);
    }

    @Override
    public void close() {
        poller.close();
    }
}
