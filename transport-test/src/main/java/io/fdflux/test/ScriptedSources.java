package io.fdflux.test;

import io.fdflux.posix.Errno;
import io.fdflux.spi.EventSources;
import io.fdflux.spi.SourceKind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The {@link EventSources} of a {@link ScriptedPoller}. It refuses at once in epoll's style, and with the next poll in
 * kqueue's. In epoll's style it has no FILE. Guarded by the kernel's lock.
 */
final class ScriptedSources {

    private final ScriptedMachine machine;
    private final Map<Long, ScriptedSource> byToken = new LinkedHashMap<>();
    private final Set<Long> usedTokens = new HashSet<>();
    private final Set<SourceKind> withheld = EnumSet.noneOf(SourceKind.class);
    private final List<ScriptedReport> refusals = new ArrayList<>();

    ScriptedSources(ScriptedMachine machine) {
        this.machine = machine;
    }

    void withhold(SourceKind kind) {
        withheld.add(kind);
    }

    boolean offers(SourceKind kind) {
        boolean ofItsStyle = kind != SourceKind.FILE || machine.style == ScriptedKernel.Style.EVENT_SPENDS_WATCH;
        return ofItsStyle && !withheld.contains(kind);
    }

    int watch(SourceKind kind, long ident, long detail, long token) {
        if (token < 0 || !usedTokens.add(token)) {
            machine.problems.add("watch of " + kind + " " + ident + " under token " + token
                    + ", which is negative or was used before");
        }
        machine.trace.add("watch " + kind + " " + ident);
        int errno = refusal(kind, ident);
        if (errno == 0) {
            ScriptedSource source = new ScriptedSource(kind, ident, detail, token);
            byToken.put(token, source);
            if (kind == SourceKind.PROCESS) {
                machine.processes.watched(source);
            }
            return 0;
        }
        if (errno == Errno.ENOSYS || machine.style == ScriptedKernel.Style.WATCH_PERSISTS) {
            return -errno;
        }
        refusals.add(sink -> sink.sourceRefused(token, errno));
        return 0;
    }

    private int refusal(SourceKind kind, long ident) {
        if (!offers(kind)) {
            return Errno.ENOSYS;
        }
        if (kind == SourceKind.PROCESS && !machine.processes.knows(ident)) {
            return Errno.ESRCH;
        }
        return kind == SourceKind.FILE && machine.open((int) ident) == null ? Errno.EBADF : 0;
    }

    void rearm(SourceKind kind, long ident, long token) {
        ScriptedSource source = byToken.get(token);
        if (source != null) {
            machine.trace.add("rearm " + kind + " " + ident);
            source.rearm();
        }
    }

    void unwatch(SourceKind kind, long ident, long token) {
        if (byToken.remove(token) != null) {
            machine.trace.add("unwatch " + kind + " " + ident);
        }
    }

    /** Lets something occur. Returns how many sources watch it. */
    int occur(SourceKind kind, long ident, int what) {
        int watchers = 0;
        for (ScriptedSource source : byToken.values()) {
            if (source.kind == kind && source.ident == ident) {
                source.occur(what);
                watchers++;
            }
        }
        return watchers;
    }

    boolean isWatched(SourceKind kind, long ident) {
        return byToken.values().stream().anyMatch(source -> source.kind == kind && source.ident == ident);
    }

    /** The next time after now at which a TIMER is due; Long.MAX_VALUE if there is none. */
    long nextTimer(long epochNanos) {
        return byToken.values().stream()
                .mapToLong(ScriptedSource::due)
                .filter(due -> due > epochNanos)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    Collection<ScriptedSource> all() {
        return byToken.values();
    }

    /** What the kernel reports now. */
    List<ScriptedReport> report() {
        List<ScriptedReport> reports = new ArrayList<>(refusals);
        refusals.clear();
        for (ScriptedSource source : byToken.values()) {
            ScriptedReport report = source.report(machine.time.epochNanos());
            if (report != null) {
                reports.add(report);
            }
        }
        return reports;
    }
}
