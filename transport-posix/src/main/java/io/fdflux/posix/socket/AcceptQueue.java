package io.fdflux.posix.socket;

import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.RawSocketOptions;
import io.fdflux.posix.platform.Platform;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Counts the connections that wait at a listening TCP socket. One thread at a time.
 *
 * <p>An accept that finds none costs eight times as much, because the kernel makes a socket and a file first:
 * do_accept() in Linux's net/socket.c. For a listener, tcpi_unacked of TCP_INFO is the number: tcp_get_info() in
 * Linux's net/ipv4/tcp.c. A connection is counted before its readiness is reported (inet_csk_reqsk_queue_add()
 * in net/ipv4/inet_connection_sock.c).
 *
 * <p>Sandboxes with a network stack of their own may leave the field 0. So 0 is believed only after another count.
 */
public final class AcceptQueue {

    /** The count is not known. */
    public static final int UNKNOWN = -1;

    private static final boolean COUNTED = Platform.current().os() == Platform.Os.LINUX;
    private static final int IPPROTO_TCP = Constants.value("IPPROTO_TCP");
    private static final int UNACKED_OFFSET = 24;
    /** The kernel copies as much of the struct as fits. */
    private static final int INFO_BYTES = UNACKED_OFFSET + Integer.BYTES;

    private static final class Option {
        static final int TCP_INFO = Constants.value("TCP_INFO");
    }

    private final MemorySegment info = Arena.ofAuto().allocate(INFO_BYTES, Integer.BYTES);
    private final MemorySegment length = Arena.ofAuto().allocate(ValueLayout.JAVA_INT);
    /** The kernel has counted something. */
    private boolean counts;

    /** Makes a counter for one listener. */
    public AcceptQueue() {}

    /**
     * Counts the waiting connections.
     *
     * @param fd a listening TCP socket
     * @return their number, or {@link #UNKNOWN}
     */
    public int length(int fd) {
        if (!COUNTED || RawSocketOptions.get(fd, IPPROTO_TCP, Option.TCP_INFO, info, length) < INFO_BYTES) {
            return UNKNOWN;
        }
        int waiting = info.get(ValueLayout.JAVA_INT, UNACKED_OFFSET);
        counts |= waiting > 0;
        return counts && waiting >= 0 ? waiting : UNKNOWN;
    }
}
