package io.fdflux.posix.socket;

import io.fdflux.posix.ffi.Constants;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;

/** TCP Fast Open of the side that connects (RFC 7413): data goes with the SYN. Linux. Any thread. */
public final class FastOpen {

    private static final int MSG_FASTOPEN = Constants.flag("MSG_FASTOPEN");

    private FastOpen() {}

    /** {@return whether this system has it in the form used here; it may be switched off nevertheless} */
    public static boolean isAvailable() {
        return MSG_FASTOPEN != 0;
    }

    /**
     * Connects, and sends data with the SYN if the peer has given a cookie before. The connect's outcome is told as
     * that of {@link Sockets#connect}.
     *
     * @param fd      a TCP socket
     * @param address a resolved address
     * @param ipv6    whether the socket is an IPv6 one
     * @param memory  where the data is
     * @param length  how much
     * @return bytes taken, while the connect goes on; {@code -EINPROGRESS} if it goes on and nothing was taken,
     *     {@code -EOPNOTSUPP} if it is switched off and nothing was done; another {@code -errno} if it fails
     */
    public static int connect(int fd, InetSocketAddress address, boolean ipv6, long memory, int length) {
        try (Arena arena = Arena.ofConfined()) {
            SocketAddressBuffer buffer = new SocketAddressBuffer(arena);
            int addressLength = buffer.encode(address, ipv6);
            MemorySegment storage = buffer.storage();
            return Datagrams.sendto(fd, memory, length, MSG_FASTOPEN | Datagrams.SEND_FLAGS, storage, addressLength);
        }
    }
}
