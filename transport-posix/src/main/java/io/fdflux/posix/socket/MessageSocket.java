package io.fdflux.posix.socket;

import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.io.Io;
import io.fdflux.posix.io.IoVectors;
import io.fdflux.posix.io.Poll;
import java.lang.foreign.MemorySegment;

/**
 * Receives whole messages on one socket that preserves their boundaries (SOCK_DGRAM, SOCK_SEQPACKET, SOCK_RAW), without
 * waiting. One thread at a time; its memory lives as long as it is reachable.
 *
 * <p>recvmsg(2) answers 0 for an empty message and, where the socket has connections, at the end. MSG_EOR tells them
 * apart on the BSDs, Linux sets it for none of them (af_unix.c). There it is the end if the peer has gone by poll(2)
 * and nothing follows. So an empty message that was the last one before the peer closed is not delivered on Linux; one
 * that anything follows is.
 */
public final class MessageSocket {

    /** The end, which is no message. */
    public static final int END = Integer.MIN_VALUE;

    private static final int SOCK_STREAM = Constants.value("SOCK_STREAM");
    private static final int SOCK_SEQPACKET = Constants.value("SOCK_SEQPACKET");
    private static final int DONTWAIT = Constants.value("MSG_DONTWAIT");
    private static final int MSG_PEEK = Constants.value("MSG_PEEK");
    private static final int MSG_EOR = Constants.value("MSG_EOR");

    private final int fd;
    private final boolean unix;
    private final MessageHeader header = new MessageHeader();
    private final IoVectors vector = new IoVectors();

    /**
     * Receives on a socket.
     *
     * @param fd a socket, which stays open for as long as this is in use
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
     * @return false for one that carries bytes
     */
    public static boolean has(int fd) {
        return SocketOptionCalls.get(fd, SocketOption.TYPE) != SOCK_STREAM;
    }

    /** {@return whether a peer that goes away ends it, as it does for SOCK_SEQPACKET} */
    public boolean hasConnection() {
        return SocketOptionCalls.get(fd, SocketOption.TYPE) == SOCK_SEQPACKET;
    }

    /**
     * How long the next message may be, where it may be longer than those of IP. Linux tells the bytes of the next
     * datagram, or of all messages of a SOCK_SEQPACKET socket (unix_inq_len).
     *
     * @return bytes, 0 or {@code -errno} where nothing is known
     */
    public int pending() {
        return unix ? Io.available(fd) : 0;
    }

    /**
     * Receives one message.
     *
     * @param address where to put it
     * @param length  how many bytes at most, positive
     * @return its bytes, 0 for an empty one; {@link #END}; or {@code -errno}: {@link Errno#EMSGSIZE} if it was longer,
     *     whose rest the kernel has dropped
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
        return message || !hasGone() || somethingFollows(address, length) ? n : END;
    }

    /** FIONREAD sees bytes behind further empty messages; not every family of sockets has it. */
    private boolean somethingFollows(long address, int length) {
        return Io.available(fd) > 0 || receive(address, length, DONTWAIT | MSG_PEEK) != 0;
    }

    private boolean hasGone() {
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
