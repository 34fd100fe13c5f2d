package io.fdflux.engine;

import io.fdflux.posix.Errno;
import io.fdflux.spi.EventSources;
import io.fdflux.spi.Poller;
import io.fdflux.spi.SourceKind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Holds the kernel sources of one loop by token. Tokens are never used again. Loop thread only. */
final class SourceTable {

    private final Engine engine;
    /** Null if the poller watches descriptors alone. */
    private final EventSources poller;

    private final Map<Long, SourceRegistration> registrations = new HashMap<>();
    private long nextToken;

    SourceTable(Engine engine, Poller poller) {
        this.engine = engine;
        this.poller = poller instanceof EventSources sources ? sources : null;
    }

    boolean offers(SourceKind kind) {
        return poller != null && poller.offers(kind);
    }

    SourceRegistration watch(SourceKind kind, long ident, long detail, SourceHandle handle) {
        SourceRegistration registration = new SourceRegistration(this, handle, kind, ident, nextToken++);
        int result = poller == null ? -Errno.ENOSYS : poller.watch(kind, ident, detail, registration.token());
        registrations.put(registration.token(), registration);
        if (result < 0) {
            engine.refused(handle, -result);
            registration.onRefused(-result);
        } else {
            engine.counters().armed(1);
        }
        return registration;
    }

    /** Handles a report of the poller. */
    void onOccurred(long token, long count, int detail) {
        SourceRegistration registration = registrations.get(token);
        if (registration == null) {
            engine.counters().staleEvent();
            return;
        }
        if (!registration.isWanted()) {
            engine.counters().unwantedEvent();
        }
        registration.onOccurred(count, detail);
    }

    /** Handles a refusal by the poller. */
    void onRefused(long token, int errno) {
        SourceRegistration registration = registrations.get(token);
        if (registration != null) {
            engine.refused(registration.owner(), errno);
            registration.onRefused(errno);
        }
    }

    void rearm(SourceRegistration registration) {
        engine.counters().armed(1);
        poller.rearm(registration.kind(), registration.ident(), registration.token());
    }

    void remove(SourceRegistration registration, boolean watched) {
        registrations.remove(registration.token());
        if (watched) {
            poller.unwatch(registration.kind(), registration.ident(), registration.token());
        }
    }

    void queueRun(SourceRegistration registration) {
        engine.queueRun(registration, registration.priority());
    }

    /** Closes all handles. Returns whether there was any. */
    boolean closeAll() {
        List<SourceRegistration> all = List.copyOf(registrations.values());
        all.forEach(Runner::close);
        return !all.isEmpty();
    }
}
