package io.fdflux.posix.socket;

import io.fdflux.posix.Errno;
import io.fdflux.posix.TcpInfo;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.RawSocketOptions;
import io.fdflux.posix.platform.Platform;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;

/** Reads {@link TcpInfo} from the kernel. Thread-safe. */
public final class TcpInfoCalls {

    private TcpInfoCalls() {}

    /** {@return whether this system reports it, in a known layout} */
    public static boolean isAvailable() {
        return TcpInfoLayout.CURRENT.isAvailable();
    }

    /**
     * Takes a snapshot.
     *
     * @param fd a TCP socket
     * @return the current values
     * @throws IOException                   if it is closed or not a TCP socket
     * @throws UnsupportedOperationException if {@link #isAvailable()} is false
     */
    public static TcpInfo of(int fd) throws IOException {
        TcpInfoLayout layout = TcpInfoLayout.CURRENT;
        if (!layout.isAvailable()) {
            throw new UnsupportedOperationException(
                    Platform.current().os().key() + " has no TCP_INFO with a known layout");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(layout.bytes(), Long.BYTES);
            int length = RawSocketOptions.get(
                    arena, fd, Constants.value("IPPROTO_TCP"), Constants.value(layout.option()), memory);
            if (length < 0) {
                throw Errno.exception("getsockopt", "descriptor " + fd + ", " + layout.option(), -length);
            }
            Map<TcpInfo.Field, Long> values = new EnumMap<>(TcpInfo.Field.class);
            // An older kernel writes fewer fields and returns a shorter length.
            layout.read(memory.asSlice(0, length), values);
            return new TcpInfo(values, layout::state);
        }
    }
}
