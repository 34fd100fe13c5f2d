package io.fdflux.engine;

import io.fdflux.spi.EventSources;
import io.fdflux.spi.Interest;
import io.fdflux.spi.Poller;
import io.fdflux.spi.Readiness;
import io.fdflux.spi.ReadinessSink;
import io.fdflux.spi.SourceKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A poller with sources that occur when the test says so, and with descriptors that are readable whenever they are
 * armed, unless the test says which. It holds its caller to the contract of {@link EventSources}. One thread.
 */
final class FakeSources implements Poller, EventSources {

    private static final class Source {
        final SourceKind kind;
        final long ident;
        boolean armed = true;
        long count;
        int detail;

        Source(SourceKind kind, long ident) {
            this.kind = kind;
            this.ident = ident;
        }
    }

    /** Looks on. */
    interface Observer {

        /** A poll begins. */
        default void polls() {}

        /** Reports a source or a descriptor next. */
        default void reports(long ident, long count) {}

        /** Reports a refusal next. */
        default void refuses(long ident) {}
    }

    Observer observer = new Observer() {};
    /** The numbers that are readable; null for all. */
    Set<Integer> readable;

    final List<String> calls = new ArrayList<>();
    final Map<Long, Long> watchedDetails = new HashMap<>();
    private final Map<Long, Source> sources = new TreeMap<>();
    private final Set<Long> refusedIdents = new HashSet<>();
    private final Map<Long, Integer> armedDescriptors = new TreeMap<>();
    private final Map<Long, Integer> numbers = new HashMap<>();
    /** What the next watch returns. */
    int answer;

    int errno;
    boolean closed;

    /** The source of an identifier has occurred. */
    void occur(long ident, long count, int detail) {
        for (Source source : sources.values()) {
            if (source.ident == ident) {
                source.count += count;
                source.detail |= detail;
            }
        }
    }

    /** The next poll refuses the source of an identifier, and drops what it has counted. */
    void refuse(long ident, int number) {
        errno = number;
        refusedIdents.add(ident);
    }

    boolean isWatched(long ident) {
        return sources.values().stream().anyMatch(source -> source.ident == ident);
    }

    /** Whether anything at all is watched. */
    boolean isAnythingWatched() {
        return !sources.isEmpty() || armedDescriptors.values().stream().anyMatch(armed -> armed != Interest.NONE);
    }

    @Override
    public boolean offers(SourceKind kind) {
        return kind != SourceKind.FILE;
    }

    @Override
    public int watch(SourceKind kind, long ident, long detail, long token) {
        calls.add("watch " + ident);
        watchedDetails.put(ident, detail);
        if (answer == 0 && sources.put(token, new Source(kind, ident)) != null) {
            throw new AssertionError("token " + token + " is used twice");
        }
        return answer;
    }

    @Override
    public void rearm(SourceKind kind, long ident, long token) {
        calls.add("rearm " + ident);
        Source source = known(kind, ident, token);
        if (source.armed) {
            throw new AssertionError("rearm of " + ident + ", which is armed");
        }
        source.armed = true;
    }

    @Override
    public void unwatch(SourceKind kind, long ident, long token) {
        calls.add("unwatch " + ident);
        known(kind, ident, token);
        sources.remove(token);
    }

    private Source known(SourceKind kind, long ident, long token) {
        Source source = sources.get(token);
        if (source == null || source.kind != kind || source.ident != ident) {
            throw new AssertionError("no watch of " + kind + " " + ident + " has token " + token);
        }
        return source;
    }

    @Override
    public int update(int fd, int before, int now, long token) {
        armedDescriptors.put(token, now);
        numbers.put(token, fd);
        return 0;
    }

    @Override
    public int poll(long timeoutNanos, ReadinessSink sink) {
        observer.polls();
        int reported = 0;
        for (long token : List.copyOf(sources.keySet())) {
            long ident = sources.get(token).ident;
            if (refusedIdents.contains(ident)) {
                sources.remove(token);
                observer.refuses(ident);
                sink.sourceRefused(token, errno);
                reported++;
            }
        }
        refusedIdents.clear();
        for (Map.Entry<Long, Source> entry : sources.entrySet()) {
            Source source = entry.getValue();
            if (source.armed && source.count > 0) {
                source.armed = false;
                observer.reports(source.ident, source.count);
                sink.occurred(entry.getKey(), source.count, source.detail);
                source.count = 0;
                source.detail = 0;
                reported++;
            }
        }
        for (Map.Entry<Long, Integer> entry : armedDescriptors.entrySet()) {
            int fd = numbers.get(entry.getKey());
            if ((entry.getValue() & Interest.READ) != 0 && (readable == null || readable.contains(fd))) {
                entry.setValue(Interest.NONE);
                observer.reports(fd, 1);
                sink.event(entry.getKey(), Readiness.READABLE, ReadinessSink.UNKNOWN, 0);
                reported++;
            }
        }
        return reported;
    }

    @Override
    public void forget(int fd, long token) {
        armedDescriptors.remove(token);
    }

    @Override
    public void wakeup() {
        throw new AssertionError("one thread");
    }

    @Override
    public boolean armSpentByEvent() {
        return true;
    }

    @Override
    public void close() {
        closed = true;
    }
}
