package io.fdflux.posix.socket;

import io.fdflux.posix.ffi.Constants;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;

/** Connects with TCP Fast Open (RFC 7413), which sends data with the SYN. Linux only. Thread-safe. */
public final class FastOpen {

    private static final int MSG_FASTOPEN = Constants.flag("MSG_FASTOPEN");

    private FastOpen() {}

    /** {@return whether this system has MSG_FASTOPEN; an administrator may have disabled it} */
    public static boolean isAvailable() {
        return MSG_FASTOPEN != 0;
    }

    /**
     * Connects, and sends data with the SYN if the kernel has a cookie of the peer. The outcome is reported like that
     * of {@link Sockets#connect}.
     *
     * @param fd      a TCP socket
     * @param address a resolved address
     * @param ipv6    whether it is an IPv6 socket
     * @param memory  where the data is
     * @param length  how much
     * @return the number of accepted bytes while the connect is in progress; {@code -EINPROGRESS} if it is in progress
     *     without data; {@code -EOPNOTSUPP} if Fast Open is disabled and no connect was started; another {@code -errno}
     *     if it failed
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
