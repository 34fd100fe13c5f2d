package io.fdflux.posix.io;

import io.fdflux.posix.ffi.CStruct;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * An array of {@code struct iovec} for readv(2) and writev(2). One thread at a time. The memory lives while this object
 * is reachable. The layout is the same on every 64-bit platform:
 *
 * <pre>
 *  0        8        16
 * | iov_base| iov_len|  one entry
 * </pre>
 */
public final class IoVectors {

    /** The most entries that one call takes: IOV_MAX of every platform of the tables. */
    public static final int LARGEST_CAPACITY = 1024;

    private static final long ENTRY_BYTES = 16;
    private static final long LENGTH_OFFSET = 8;

    private final int capacity;
    private final MemorySegment memory;
    private int count;
    private long bytes;

    /**
     * Makes an empty array.
     *
     * @param capacity the most entries, 1 to {@value #LARGEST_CAPACITY}
     */
    public IoVectors(int capacity) {
        if (capacity < 1 || capacity > LARGEST_CAPACITY) {
            throw new IllegalArgumentException("a call takes 1 to " + LARGEST_CAPACITY + " vectors, not " + capacity);
        }
        this.capacity = capacity;
        this.memory = Arena.ofAuto().allocate(capacity * ENTRY_BYTES, Long.BYTES);
    }

    /** Removes all entries. */
    public void clear() {
        count = 0;
        bytes = 0;
    }

    /**
     * Adds an entry. The caller keeps the memory's owner reachable until the transfer is done.
     *
     * @param address where the bytes are
     * @param length  how many; 0 adds no entry
     * @return false if the array is full
     */
    public boolean add(long address, int length) {
        if (length == 0) {
            return true;
        }
        if (length < 0 || address == 0) {
            throw new IllegalArgumentException("a vector needs memory: " + length + " bytes at address " + address);
        }
        if (count == capacity) {
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
     * The address of an entry, used or not.
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
