package io.fdflux.netty;

import java.io.IOException;
import java.net.SocketAddress;

/**
 * A received datagram was longer than its buffer and was dropped. The kernel discards the bytes beyond the buffer,
 * recv(2), and the channel discards the rest. The channel stays open and loses no other datagram. To enlarge the
 * buffers set {@link io.netty.channel.ChannelOption#RECVBUF_ALLOCATOR} and, where it is used,
 * {@link FdChannelOption#MAX_DATAGRAM_PAYLOAD_SIZE}.
 *
 * <p>A channel fires it as {@code exceptionCaught}, or as a user event with
 * {@link FdChannelOption#DATAGRAM_TRUNCATION_AS_EVENT}.
 */
public final class DatagramTruncatedException extends IOException {

    private static final long serialVersionUID = 1L;

    /** The length where the system does not report it. */
    public static final int UNKNOWN = -1;

    private final transient SocketAddress sender;
    private final int length;
    private final int bufferBytes;

    DatagramTruncatedException(SocketAddress sender, int length, int bufferBytes) {
        super("a datagram of " + (length == UNKNOWN ? "more" : length + "") + " bytes from " + sender
                + " did not fit into the buffer of " + bufferBytes
                + " and is dropped; the option RECVBUF_ALLOCATOR makes larger ones");
        this.sender = sender;
        this.length = length;
        this.bufferBytes = bufferBytes;
    }

    /** {@return the sender; null after serialisation} */
    public SocketAddress sender() {
        return sender;
    }

    /** {@return the length in bytes where the system reports it (Linux does), else {@link #UNKNOWN}} */
    public int length() {
        return length;
    }

    /** {@return the size of the buffer in bytes} */
    public int bufferBytes() {
        return bufferBytes;
    }
}
