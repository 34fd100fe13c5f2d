package io.fdflux.kqueue;

import io.fdflux.posix.Errno;
import io.fdflux.posix.poll.JvmSignals;
import io.fdflux.posix.poll.Kqueue;
import io.fdflux.spi.SourceKind;

/** Maps the kinds of kernel sources to filters of kqueue(2) and their identifiers. */
final class SourceFilter {

    private SourceFilter() {}

    static int of(SourceKind kind) {
        return switch (kind) {
            case SIGNAL -> Kqueue.FILTER_SIGNAL;
            case PROCESS -> Kqueue.FILTER_PROC;
            case FILE -> Kqueue.FILTER_VNODE;
            case TIMER -> Kqueue.FILTER_TIMER;
        };
    }

    static boolean isOffered(SourceKind kind) {
        return of(kind) != Kqueue.NO_FILTER && (kind != SourceKind.SIGNAL || JvmSignals.isAvailable());
    }

    /** Whether a change or an event is of a source, and not of a descriptor. */
    static boolean isSource(int filter) {
        return filter != Kqueue.FILTER_READ && filter != Kqueue.FILTER_WRITE;
    }

    /** The errno for an identifier that no kernel could know; 0 if it may be right. */
    static int refusal(SourceKind kind, long ident) {
        boolean wrong = ident < 0 || ident > Integer.MAX_VALUE || ident == 0 && kind != SourceKind.FILE;
        return switch (kind) {
            case SIGNAL -> wrong ? Errno.EINVAL : 0;
            case PROCESS -> wrong ? Errno.ESRCH : 0;
            case FILE -> wrong ? Errno.EBADF : 0;
            case TIMER -> 0;
        };
    }

    /** Every timer is its own, and its identifier may be any number. */
    static SourceNote.Key key(SourceKind kind, long ident, long token) {
        return new SourceNote.Key(of(kind), kind == SourceKind.TIMER ? token : ident);
    }
}
