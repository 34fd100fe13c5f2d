package io.fdflux.engine;

import io.fdflux.spi.SourceKind;

/**
 * A kernel source on a loop: demand, and what has occurred. The poller watches it from its registration on, so that
 * nothing is lost before the first demand. Loop thread only.
 *
 * <pre>
 * wanted occurred armed | effect
 * ----------------------+----------------------------------------------------------------------------
 *  yes    yes      any  | on the run list: its handle is called in this iteration
 *  yes    no       no   | armed: the poller reports the next occurrence, or those it has counted
 *  yes    no       yes  | none: the poller will report
 *  no     any      any  | none. One report may come, and is kept; then the poller counts, and wakes nobody
 * </pre>
 */
public final class SourceRegistration extends Runner {

    private final SourceTable table;
    private final SourceHandle handle;
    private final SourceKind kind;
    private final long ident;
    private final long token;
    private final int priority;

    private boolean valid = true;
    private boolean wanted;
    private boolean armed = true;
    private boolean queued;
    /** Occurrences that the handle has not been notified of. */
    private long count;
    /** The detail of these. */
    private int detail;
    /** The errno of a refusal that the handle has not been notified of; 0 for none. */
    private int refusal;

    SourceRegistration(SourceTable table, SourceHandle handle, SourceKind kind, long ident, long token) {
        this.table = table;
        this.handle = handle;
        this.kind = kind;
        this.ident = ident;
        this.token = token;
        this.priority = handle.priority();
    }

    /** Asks for one call of {@link SourceHandle#occurred}. Several calls before it are one. */
    public void want() {
        if (!valid || wanted) {
            return;
        }
        wanted = true;
        if (count == 0 && !armed && refusal == 0) {
            armed = true;
            table.rearm(this);
        }
        settle();
    }

    /**
     * Ends the watch. The handle is not called any more.
     *
     * @return false if it has ended already
     */
    public boolean cancel() {
        if (!valid) {
            return false;
        }
        valid = false;
        table.remove(this, refusal == 0);
        return true;
    }

    /** {@return whether the source is on the loop} */
    public boolean isValid() {
        return valid;
    }

    // ---- for the table

    SourceKind kind() {
        return kind;
    }

    long ident() {
        return ident;
    }

    long token() {
        return token;
    }

    /** {@return its place in a pass: a higher one runs first} */
    int priority() {
        return priority;
    }

    /** Notes a report only. No handle is called while the poller reports (invariant 6). */
    void onOccurred(long times, int what) {
        armed = false;
        count += times;
        detail = kind == SourceKind.FILE ? detail | what : what;
        settle();
    }

    boolean isWanted() {
        return wanted;
    }

    /** Notes that the poller has no watch. */
    void onRefused(int errno) {
        armed = false;
        refusal = errno;
        settle();
    }

    private void settle() {
        if (valid && !queued && (refusal != 0 || wanted && count > 0)) {
            queued = true;
            table.queueRun(this);
        }
    }

    @Override
    void runRead() {
        queued = false;
        if (!valid) {
            return;
        }
        if (wanted && count > 0) {
            wanted = false;
            long times = count;
            int what = detail;
            count = 0;
            detail = 0;
            handle.occurred(times, what);
        } else if (refusal != 0) {
            valid = false;
            table.remove(this, false);
            handle.refused(refusal);
            return;
        }
        settle();
    }

    @Override
    Object owner() {
        return handle;
    }

    @Override
    void closeOwner() {
        handle.close();
    }

    @Override
    void abandon() {
        cancel();
    }
}
