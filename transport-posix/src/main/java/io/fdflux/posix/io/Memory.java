package io.fdflux.posix.io;

import io.fdflux.posix.ffi.NativeFunctions;
import java.lang.foreign.MemorySegment;

/**
 * Copies memory by address, as {@link Io} transfers it. Netty's own copy between two buffers makes a view of one of
 * them: about 100 bytes per message. Thread-safe.
 */
public final class Memory {

    private static final MemorySegment ALL = NativeFunctions.memory();

    private Memory() {}

    /**
     * Copies bytes. The caller must own both ranges, and keep their owners reachable during the call.
     *
     * @param from   where they are
     * @param to     where they go
     * @param length how many, not negative
     */
    public static void copy(long from, long to, int length) {
        MemorySegment.copy(ALL, from, ALL, to, length);
    }
}
