package io.fdflux.netty;

import java.io.IOException;
import java.net.SocketAddress;

/**
 * A datagram was longer than the buffer that it was received into: the kernel has thrown the rest away, and the channel
 * what was left. Nothing else is lost, and the channel goes on. Larger buffers are a matter of the channel's
 * {@link io.netty.channel.ChannelOption#RECVBUF_ALLOCATOR}, and of {@link FdChannelOption#MAX_DATAGRAM_PAYLOAD_SIZE}
 * where that is set.
 *
 * <p>It comes as {@code exceptionCaught}, or as a user event where {@link FdChannelOption#DATAGRAM_TRUNCATION_AS_EVENT}
 * asks for it.
 */
public final class DatagramTruncatedException extends IOException {

    private static final long serialVersionUID = 1L;

    /** A length that the system did not tell. */
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

    /** {@return who sent it; null after serialisation} */
    public SocketAddress sender() {
        return sender;
    }

    /** {@return its length in bytes where the system tells it (Linux does), else {@link #UNKNOWN}} */
    public int length() {
        return length;
    }

    /** {@return the size of the buffer in bytes} */
    public int bufferBytes() {
        return bufferBytes;
    }
}
