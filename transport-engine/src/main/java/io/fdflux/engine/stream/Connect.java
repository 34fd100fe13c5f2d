package io.fdflux.engine.stream;

import io.fdflux.engine.Registration;
import io.fdflux.posix.Errno;
import io.fdflux.posix.socket.SocketOption;
import io.fdflux.posix.socket.SocketOptionCalls;
import io.fdflux.posix.socket.Sockets;

/** Finds the outcome of a connect that goes on in the background. */
public final class Connect {

    private Connect() {}

    /**
     * The outcome so far. An event may be spurious, and SO_ERROR is 0 while the connect goes on. So getpeername(2)
     * decides: it answers ENOTCONN if there is no connection, yet or any more. A connect that succeeds costs this
     * one call.
     *
     * @param registration of the socket
     * @param fd           its number
     * @return 0 if connected, the errno of its failure, or {@code -EINPROGRESS}
     */
    public static int outcome(Registration registration, int fd) {
        if (registration.pendingErrno() != 0) {
            return registration.pendingErrno();
        }
        if (Sockets.hasPeer(fd)) {
            return 0;
        }
        int errno = takeError(fd);
        return errno != 0 ? errno : -Errno.EINPROGRESS;
    }

    /**
     * Takes the pending error off a socket: SO_ERROR, socket(7).
     *
     * @param fd its number
     * @return a positive errno, 0 for none
     */
    public static int takeError(int fd) {
        return Math.max(0, SocketOptionCalls.get(fd, SocketOption.ERROR));
    }
}
