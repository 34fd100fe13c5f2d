package io.fdflux.posix.poll;

import io.fdflux.posix.ffi.CStruct;
import io.fdflux.posix.ffi.NativeFunctions;
import io.fdflux.posix.platform.Platform;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * An array of {@code struct kevent} of fixed capacity, for the changes or the events of kevent(2). Accesses are
 * bounds-checked and do not allocate. One thread.
 *
 * <pre>
 *                  0      8        12      16      20      24     32     40         72
 * BSD              | ident | f | F | fflags | data          | udata |                    f filter i16, F flags u16
 * FREEBSD          | ident | f | F | fflags | data          | udata | ext[4]   64|
 * NETBSD           | ident | filter | flags | fflags | pad   | data  | udata |
 * NETBSD_EXTENDED  | ident | filter | flags | fflags | pad   | data  | udata | ext[4]   |
 * </pre>
 */
public final class KeventList {

    /** Layouts of {@code struct kevent}. */
    public enum Layout {
        /** macOS, OpenBSD, DragonFly, libkqueue. */
        BSD(32, 10, 12, 16, 24),
        /** FreeBSD 12 or later. */
        FREEBSD(64, 10, 12, 16, 24),
        /** NetBSD up to 10, symbol {@code __kevent50}. */
        NETBSD(40, 12, 16, 24, 32),
        /** NetBSD after 10, symbol {@code __kevent100}. */
        NETBSD_EXTENDED(72, 12, 16, 24, 32);

        static final int IDENT = 0;
        static final int FILTER = 8;
        final int size;
        final int flags;
        final int fflags;
        final int data;
        final int udata;

        Layout(int size, int flags, int fflags, int data, int udata) {
            this.size = size;
            this.flags = flags;
            this.fflags = fflags;
            this.data = data;
            this.udata = udata;
        }

        /** Whether filter and flags have 32 bits, and the filter is unsigned. */
        boolean wide() {
            return flags - FILTER == Integer.BYTES;
        }

        CStruct cStruct() {
            int half = wide() ? Integer.BYTES : Short.BYTES;
            return CStruct.of("struct kevent", size)
                    .with("ident", IDENT, Long.BYTES)
                    .with("filter", FILTER, half, wide() ? CStruct.Sign.UNSIGNED : CStruct.Sign.SIGNED)
                    .with("flags", flags, half, CStruct.Sign.UNSIGNED)
                    .with("fflags", fflags, Integer.BYTES)
                    .with("data", data, Long.BYTES, CStruct.Sign.SIGNED)
                    .with("udata", udata, Long.BYTES);
        }

        /** {@return bytes of one element} */
        public int size() {
            return size;
        }

        /** {@return the layout of the current platform} */
        public static Layout current() {
            return switch (Platform.current().os()) {
                case FREEBSD -> FREEBSD;
                case NETBSD ->
                    NativeFunctions.symbolOf("kevent")
                                    .filter("__kevent100"::equals)
                                    .isPresent()
                            ? NETBSD_EXTENDED
                            : NETBSD;
                default -> BSD;
            };
        }
    }

    static List<CStruct> cStructs() {
        return List.of(Layout.current().cStruct());
    }

    private final Layout layout;
    private final boolean wide;
    private final int capacity;
    private final MemorySegment memory;
    private int size;

    /**
     * Makes an empty list.
     *
     * @param layout   of its elements
     * @param capacity the most elements, positive
     */
    public KeventList(Layout layout, int capacity) {
        this.layout = layout;
        this.wide = layout.wide();
        this.capacity = capacity;
        this.memory = Arena.ofAuto().allocate((long) capacity * layout.size, Long.BYTES);
    }

    /** {@return a copy of this list with a larger capacity} */
    public KeventList grown(int newCapacity) {
        KeventList grown = new KeventList(layout, newCapacity);
        MemorySegment.copy(memory, 0, grown.memory, 0, offset(size));
        grown.size = size;
        return grown;
    }

    /** {@return the most elements} */
    public int capacity() {
        return capacity;
    }

    /** {@return the number of elements in use} */
    public int size() {
        return size;
    }

    /** Removes all elements. */
    public void clear() {
        size = 0;
    }

    /**
     * Appends an element.
     *
     * @param ident  the descriptor, or the filter's other identifier
     * @param filter of {@link Kqueue}
     * @param flags  of {@link Kqueue}
     * @param fflags the filter's own flags
     * @param data   the filter's own value
     * @param udata  returned with its events
     */
    public void add(long ident, int filter, int flags, int fflags, long data, long udata) {
        if (size == capacity) {
            throw new IllegalStateException("list is full: all " + capacity + " elements are in use");
        }
        long at = offset(size);
        memory.set(ValueLayout.JAVA_LONG, at + Layout.IDENT, ident);
        if (wide) {
            memory.set(ValueLayout.JAVA_INT, at + Layout.FILTER, filter);
            memory.set(ValueLayout.JAVA_INT, at + layout.flags, flags);
        } else {
            memory.set(ValueLayout.JAVA_SHORT, at + Layout.FILTER, (short) filter);
            memory.set(ValueLayout.JAVA_SHORT, at + layout.flags, (short) flags);
        }
        memory.set(ValueLayout.JAVA_INT, at + layout.fflags, fflags);
        memory.set(ValueLayout.JAVA_LONG, at + layout.data, data);
        memory.set(ValueLayout.JAVA_LONG, at + layout.udata, udata);
        size++;
    }

    /** {@return the descriptor, or other identifier, of an element} */
    public long ident(int index) {
        return memory.get(ValueLayout.JAVA_LONG, at(index) + Layout.IDENT);
    }

    /** {@return the filter of an element} */
    public int filter(int index) {
        long at = at(index) + Layout.FILTER;
        return wide ? memory.get(ValueLayout.JAVA_INT, at) : memory.get(ValueLayout.JAVA_SHORT, at);
    }

    /** {@return the flags of an element} */
    public int flags(int index) {
        long at = at(index) + layout.flags;
        return wide
                ? memory.get(ValueLayout.JAVA_INT, at)
                : Short.toUnsignedInt(memory.get(ValueLayout.JAVA_SHORT, at));
    }

    /** {@return the filter's flags of an element} */
    public int fflags(int index) {
        return memory.get(ValueLayout.JAVA_INT, at(index) + layout.fflags);
    }

    /** {@return the filter's value of an element} */
    public long data(int index) {
        return memory.get(ValueLayout.JAVA_LONG, at(index) + layout.data);
    }

    /** {@return the user data of an element} */
    public long udata(int index) {
        return memory.get(ValueLayout.JAVA_LONG, at(index) + layout.udata);
    }

    private long at(int index) {
        if (index >= size) {
            throw new IndexOutOfBoundsException("element " + index + " of " + size);
        }
        return offset(index);
    }

    private long offset(int index) {
        return (long) index * layout.size;
    }

    MemorySegment memory() {
        return memory;
    }

    /** The unused elements, into which the kernel reports. */
    MemorySegment free() {
        return size == 0
                ? memory
                : memory.asSlice(offset(size)); // a wait starts with an empty list, so do not allocate
    }

    /** Marks elements of {@link #free()} as used, after the kernel has reported them. */
    void extend(int count) {
        size += count;
    }
}
