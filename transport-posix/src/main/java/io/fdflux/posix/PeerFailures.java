package io.fdflux.posix;

import java.net.ConnectException;
import java.net.SocketTimeoutException;

/**
 * The exceptions for failures that peers cause, by the thousand behind a balancer. They have no stack trace: it would cost
 * more than the connection, and name the loop's frames alone.
 */
final class PeerFailures {

    private PeerFailures() {}

    static final class Gone extends PosixException {
        private static final long serialVersionUID = 1L;

        Gone(String message, String call, int errno) {
            super(message, call, errno);
        }

        @Override
        public Throwable fillInStackTrace() {
            return this;
        }
    }

    static final class NotConnected extends ConnectException {
        private static final long serialVersionUID = 1L;

        NotConnected(String message) {
            super(message);
        }

        @Override
        public Throwable fillInStackTrace() {
            return this;
        }
    }

    static final class Silent extends SocketTimeoutException {
        private static final long serialVersionUID = 1L;

        Silent(String message) {
            super(message);
        }

        @Override
        public Throwable fillInStackTrace() {
            return this;
        }
    }
}
