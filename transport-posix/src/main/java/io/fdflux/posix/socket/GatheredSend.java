package io.fdflux.posix.socket;

import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.io.IoVectors;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * Sends several pieces of memory by one sendmsg(2) with MSG_DONTWAIT, which does not block even without O_NONBLOCK.
 * writev(2) has no such flag. One thread at a time.
 */
public final class GatheredSend {

    private static final int DONTWAIT = Constants.value("MSG_DONTWAIT");

    private final MessageHeader header = new MessageHeader();

    /** Makes one for any number of calls. */
    public GatheredSend() {
        header.name(MemorySegment.NULL, 0);
        header.control(MemorySegment.NULL, 0);
    }

    /**
     * Sends the pieces, in order. Never raises SIGPIPE.
     *
     * @param fd      a connected socket
     * @param vectors where the bytes are; not empty
     * @return bytes sent, or {@code -errno}
     */
    public int send(int fd, IoVectors vectors) {
        header.vectors(vectors.address(0), vectors.count());
        try {
            return Messages.send(fd, header, DONTWAIT);
        } finally {
            Reference.reachabilityFence(vectors);
        }
    }
}
