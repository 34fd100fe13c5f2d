package io.fdflux.kqueue;

import io.fdflux.posix.Errno;
import io.fdflux.posix.poll.KeventList;
import io.fdflux.posix.poll.Kqueue;
import io.fdflux.spi.Interest;
import io.fdflux.spi.Readiness;
import io.fdflux.spi.ReadinessSink;

/**
 * Translates a reported {@code struct kevent} to readiness for the sink. Owner thread only.
 *
 * <pre>
 * reported                          passed to the sink
 * READ                              READABLE                      available = data, unknown if not positive
 * READ,  EV_EOF                     READABLE|HANGUP               available = data, the unread bytes
 *        while WRITE is armed       READABLE|HANGUP|WRITABLE      the watch for WRITE stays
 * READ,  EV_EOF, fflags             READABLE|HANGUP|ERROR         errno = fflags: the socket's so_error
 * WRITE                             WRITABLE
 * WRITE, EV_EOF                     WRITABLE                      a write returns the error
 * WRITE, EV_EOF, fflags             WRITABLE|HANGUP|ERROR         a connect that failed; without EV_EOF it has succeeded
 * WRITE, EV_ERROR EPIPE             WRITABLE|HANGUP               a pipe has no reader
 * WRITE, EV_ERROR EBADF             the same if READ is accepted  NetBSD's errno for it
 * EV_ERROR                          ERROR, errno = data           the change was refused
 * </pre>
 * The table relies on these facts:
 * <ul>
 *   <li>Pipes of FreeBSD and NetBSD report a lost reader to EVFILT_READ of the writing end, never to EVFILT_WRITE,
 *       because pipeclose() in sys/kern/sys_pipe.c notifies before it sets PIPE_EOF on that end. So an end on READ
 *       makes WRITE ready too.
 *   <li>After that, they refuse EVFILT_WRITE: with EPIPE on FreeBSD and DragonFly (pipe_kqfilter(), mio issue 582),
 *       with EBADF on NetBSD. For a closed number EBADF is refused for READ first, because READ is submitted
 *       before WRITE.
 *   <li>EVFILT_WRITE also reports EV_EOF without errno after this process's own shutdown(2): filt_sowrite() in
 *       sys/kern/uipc_socket.c. So that event is no hang-up; the watch for READ reports a closed peer.
 * </ul>
 */
final class EventTranslation {

    private EventTranslation() {}

    /**
     * Passes one element to the sink.
     *
     * @return whether it made an event
     */
    static boolean report(KeventList list, int i, Watch watch, ReadinessSink sink) {
        int flags = list.flags(i);
        if ((flags & Kqueue.ERROR) != 0) {
            return reportRefusal((int) list.data(i), list.filter(i), watch, sink);
        }
        boolean end = (flags & Kqueue.EOF) != 0;
        int errno = end ? list.fflags(i) : 0;
        if (list.filter(i) == Kqueue.FILTER_READ) {
            watch.readReported(end);
            reportRead(list.data(i), end, errno, watch, sink);
        } else {
            watch.writeSpent();
            int failed = errno == 0 ? 0 : Readiness.HANGUP | Readiness.ERROR;
            sink.event(watch.token, Readiness.WRITABLE | failed, ReadinessSink.UNKNOWN, errno);
        }
        return true;
    }

    private static void reportRead(long data, boolean end, int errno, Watch watch, ReadinessSink sink) {
        int readiness = Readiness.READABLE;
        long available = data > 0 ? data : ReadinessSink.UNKNOWN; // 0 comes from devices that do not count
        if (end) {
            readiness |= Readiness.HANGUP;
            available = Math.max(data, 0);
        }
        if (errno != 0) {
            readiness |= Readiness.ERROR;
        } else if (end && watch.writeArmed() != Interest.NONE) {
            readiness |= Readiness.WRITABLE;
        }
        sink.event(watch.token, readiness, available, errno);
    }

    private static boolean reportRefusal(int errno, int filter, Watch watch, ReadinessSink sink) {
        boolean readAccepted = watch.readAccepted();
        int lost = watch.spend(filter);
        if (lost == Interest.WRITE && (errno == Errno.EPIPE || errno == Errno.EBADF && readAccepted)) {
            sink.event(watch.token, Readiness.WRITABLE | Readiness.HANGUP, ReadinessSink.UNKNOWN, 0);
            return true;
        }
        // Ignore a refused disarm. Also ignore a refused watch for HANGUP alone, because a write-only device works
        // without it. A number that is not open is an error in any case.
        if (lost == Interest.NONE || lost == Interest.HANGUP && errno != Errno.EBADF) {
            return false;
        }
        sink.event(watch.token, Readiness.ERROR, ReadinessSink.UNKNOWN, errno);
        return true;
    }
}
