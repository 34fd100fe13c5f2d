package io.fdflux.posix.io;

import io.fdflux.posix.ffi.CStruct;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * An array of {@code struct iovec} for gathering and scattering: the same on every 64-bit platform.
 *
 * <pre>
 *  0        8        16
 * | iov_base| iov_len|  one entry
 * </pre>
 *
 * One thread at a time. Its memory lives as long as it is reachable.
 */
public final class IoVectors {

    /** Entries that fit. POSIX guarantees 16, every platform here takes 1024; more than this many gain nothing. */
    public static final int CAPACITY = 64;

    private static final long ENTRY_BYTES = 16;
    private static final long LENGTH_OFFSET = 8;

    private final MemorySegment memory = Arena.ofAuto().allocate(CAPACITY * ENTRY_BYTES, Long.BYTES);
    private int count;
    private long bytes;

    /** Makes an empty array. */
    public IoVectors() {}

    /** Forgets all entries. */
    public void clear() {
        count = 0;
        bytes = 0;
    }

    /**
     * Adds an entry. The caller keeps the memory's owner reachable until the transfer is done.
     *
     * @param address where the bytes are
     * @param length  how many; an entry of none is left out
     * @return false if there is no room
     */
    public boolean add(long address, int length) {
        if (length == 0) {
            return true;
        }
        if (length < 0 || address == 0) {
            throw new IllegalArgumentException("a vector needs memory: " + length + " bytes at address " + address);
        }
        if (count == CAPACITY) {
            return false;
        }
        long entry = count * ENTRY_BYTES;
        memory.set(ValueLayout.JAVA_LONG, entry, address);
        memory.set(ValueLayout.JAVA_LONG, entry + LENGTH_OFFSET, length);
        count++;
        bytes += length;
        return true;
    }

    /** {@return entries in use} */
    public int count() {
        return count;
    }

    /** {@return the sum of their lengths} */
    public long bytes() {
        return bytes;
    }

    /**
     * Where an entry is, whether it is in use yet or not.
     *
     * @param index of the entry, from 0
     * @return the address of its {@code struct iovec}
     */
    public long address(int index) {
        return memory.address() + index * ENTRY_BYTES;
    }

    static List<CStruct> cStructs() {
        return List.of(CStruct.of("struct iovec", ENTRY_BYTES)
                .with("iov_base", 0, Long.BYTES)
                .with("iov_len", LENGTH_OFFSET, Long.BYTES));
    }
}
