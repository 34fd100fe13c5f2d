package io.fdflux.posix.socket;

import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.io.Io;
import io.fdflux.posix.io.IoVectors;
import io.fdflux.posix.io.Poll;
import java.lang.foreign.MemorySegment;

/**
 * Receives whole messages, without waiting, on a socket that preserves their boundaries (SOCK_DGRAM, SOCK_SEQPACKET,
 * SOCK_RAW). One thread at a time. Its memory lives while this object is reachable.
 *
 * <p>recvmsg(2) returns 0 for an empty message, and at the end of a connection. MSG_EOR distinguishes them on the BSDs.
 * Linux does not set it, see net/unix/af_unix.c. There, 0 means the end if poll(2) reports a closed peer and no message
 * follows. So on Linux an empty message is lost if it is the peer's last one.
 */
public final class MessageSocket {

    /** The result at the end of the connection. */
    public static final int END = Integer.MIN_VALUE;

    private static final int SOCK_STREAM = Constants.value("SOCK_STREAM");
    private static final int SOCK_SEQPACKET = Constants.value("SOCK_SEQPACKET");
    private static final int DONTWAIT = Constants.value("MSG_DONTWAIT");
    private static final int MSG_PEEK = Constants.value("MSG_PEEK");
    private static final int MSG_EOR = Constants.value("MSG_EOR");

    private final int fd;
    private final boolean unix;
    private final MessageHeader header = new MessageHeader();
    private final IoVectors vector = new IoVectors(1);

    /**
     * Receives on a socket.
     *
     * @param fd a socket, which must stay open while this object is used
     */
    public MessageSocket(int fd) {
        this.fd = fd;
        SocketAddressBuffer address = new SocketAddressBuffer();
        unix = Sockets.localAddress(fd, address) == 0 && address.isUnix();
        header.name(MemorySegment.NULL, 0);
    }

    /**
     * Whether a socket preserves the boundaries of messages.
     *
     * @param fd a socket
     * @return false for a byte stream
     */
    public static boolean has(int fd) {
        return SocketOptionCalls.get(fd, SocketOption.TYPE) != SOCK_STREAM;
    }

    /** {@return whether the socket has a connection that can end, as SOCK_SEQPACKET has} */
    public boolean hasConnection() {
        return SocketOptionCalls.get(fd, SocketOption.TYPE) == SOCK_SEQPACKET;
    }

    /**
     * An upper bound of the next message's length, on families whose messages may be longer than those of IP. Linux
     * reports the bytes of the next datagram, or of all queued messages of a SOCK_SEQPACKET socket: unix_inq_len
     * in net/unix/af_unix.c.
     *
     * @return bytes; 0 or {@code -errno} if unknown
     */
    public int pending() {
        return unix ? Io.available(fd) : 0;
    }

    /**
     * Receives one message.
     *
     * @param address where to store it
     * @param length  the most bytes, positive
     * @return its bytes, 0 for an empty message; {@link #END}; or {@code -errno}, which is {@link Errno#EMSGSIZE} if
     *     the kernel truncated the message
     */
    public int receive(long address, int length) {
        int n = receive(address, length, DONTWAIT);
        if (n < 0) {
            return n;
        }
        if ((header.flags() & Messages.MSG_TRUNC) != 0) {
            return -Errno.EMSGSIZE;
        }
        boolean message = n > 0 || (header.flags() & MSG_EOR) != 0;
        return message || !isPeerClosed() || somethingFollows(address, length) ? n : END;
    }

    /** FIONREAD also counts bytes after further empty messages, but some families lack it. */
    private boolean somethingFollows(long address, int length) {
        return Io.available(fd) > 0 || receive(address, length, DONTWAIT | MSG_PEEK) != 0;
    }

    private boolean isPeerClosed() {
        int events = Poll.now(fd, Poll.RDHUP);
        return events < 0 || (events & (Poll.RDHUP | Poll.HUP)) != 0;
    }

    private int receive(long address, int length, int flags) {
        vector.clear();
        vector.add(address, length);
        header.vectors(vector.address(0), vector.count());
        header.control(MemorySegment.NULL, 0);
        return Messages.receive(fd, header, flags);
    }
}
