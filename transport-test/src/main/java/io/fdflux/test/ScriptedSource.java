package io.fdflux.test;

import io.fdflux.spi.SourceKind;

/** The kernel's side of a source that is no descriptor. Guarded by the kernel's lock. */
final class ScriptedSource {

    final SourceKind kind;
    final long ident;
    private final long token;
    private final long detail;
    private boolean armed = true;
    private long count;
    private int occurred;

    ScriptedSource(SourceKind kind, long ident, long detail, long token) {
        this.kind = kind;
        this.ident = ident;
        this.detail = detail;
        this.token = token;
    }

    /** Counts an occurrence. */
    void occur(int what) {
        if (kind == SourceKind.FILE && (what & detail) == 0) {
            return; // not among the watched changes
        }
        count++;
        occurred = kind == SourceKind.FILE ? occurred | what & (int) detail : what;
    }

    /** When a TIMER is due, in nanoseconds since 1970; for others, Long.MAX_VALUE. */
    long due() {
        return kind == SourceKind.TIMER ? detail : Long.MAX_VALUE;
    }

    void rearm() {
        armed = true;
    }

    /** Reports what has occurred, which spends the watch. Null if there is nothing to report. */
    ScriptedReport report(long epochNanos) {
        if (kind == SourceKind.TIMER && epochNanos >= detail) {
            count = 1;
        }
        if (!armed || count == 0) {
            return null;
        }
        long times = count;
        int what = occurred;
        armed = false;
        count = 0;
        occurred = 0;
        return sink -> sink.occurred(token, times, what);
    }

    @Override
    public String toString() {
        return kind + " " + ident + (armed ? ", armed" : "") + (count == 0 ? "" : ", occurred " + count + " times");
    }
}
