package io.fdflux.kqueue;

import io.fdflux.posix.Errno;
import io.fdflux.posix.poll.KeventList;
import io.fdflux.posix.poll.Kqueue;
import io.fdflux.spi.Interest;
import io.fdflux.spi.Readiness;
import io.fdflux.spi.ReadinessSink;

/**
 * What a {@code struct kevent} that was reported means for its descriptor's owner.
 *
 * <pre>
 * reported                          told to the sink
 * READ                              READABLE                      available = data, unknown if it is not positive
 * READ,  EV_EOF                     READABLE|HANGUP               available = data: what the peer left behind
 *        while WRITE is armed       READABLE|HANGUP|WRITABLE      the watch for WRITE stays
 * READ,  EV_EOF, fflags             READABLE|HANGUP|ERROR         errno = fflags: the socket's so_error
 * WRITE                             WRITABLE
 * WRITE, EV_EOF                     WRITABLE                      a write tells why
 * WRITE, EV_EOF, fflags             WRITABLE|HANGUP|ERROR         a connect that failed; without EV_EOF it has succeeded
 * WRITE, EV_ERROR EPIPE             WRITABLE|HANGUP               the reader of a pipe has gone
 * WRITE, EV_ERROR EBADF             the same if READ was taken    NetBSD's word for it
 * EV_ERROR                          ERROR, errno = data           the change was refused
 * </pre>
 *
 * Facts of the kernels:
 * <ul>
 *   <li>The pipes of FreeBSD and NetBSD report a lost reader to EVFILT_READ on the writing end alone, never
 *       to EVFILT_WRITE: pipeclose() notifies before it sets PIPE_EOF on the other end (sys/kern/sys_pipe.c). So the
 *       end on READ makes WRITE ready too.
 *   <li>Afterwards they refuse EVFILT_WRITE: EPIPE on FreeBSD and DragonFly (pipe_kqfilter(); mio issue 582), EBADF on
 *       NetBSD. READ is submitted before WRITE, so a number that is really closed has its READ refused first.
 *   <li>EVFILT_WRITE reports EV_EOF without errno after a shutdown(2) of our own as well (filt_sowrite(),
 *       sys/kern/uipc_socket.c): the peer need not have gone, and the watch for READ tells if it has.
 * </ul>
 */
final class EventTranslation {

    private EventTranslation() {}

    /**
     * Tells the sink of one element.
     *
     * @return whether there was something to tell
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
        long available = data > 0 ? data : ReadinessSink.UNKNOWN; // 0 would be a device that does not count
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
        boolean readTaken = watch.readTaken();
        int lost = watch.spend(filter);
        if (lost == Interest.WRITE && (errno == Errno.EPIPE || errno == Errno.EBADF && readTaken)) {
            sink.event(watch.token, Readiness.WRITABLE | Readiness.HANGUP, ReadinessSink.UNKNOWN, 0);
            return true;
        }
        // Nothing is lost where it was to be taken off, nor where only the peer's going cannot be watched for (a device
        // that is written alone works without), unless it is no descriptor at all.
        if (lost == Interest.NONE || lost == Interest.HANGUP && errno != Errno.EBADF) {
            return false;
        }
        sink.event(watch.token, Readiness.ERROR, ReadinessSink.UNKNOWN, errno);
        return true;
    }
}
