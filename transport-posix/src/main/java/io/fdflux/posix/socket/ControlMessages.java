package io.fdflux.posix.socket;

import io.fdflux.posix.ffi.CStruct;
import io.fdflux.posix.platform.Platform;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Writes and reads the control buffer of a {@link MessageHeader}, a sequence of {@code struct cmsghdr} with data:
 * cmsg(3). One thread at a time.
 *
 * <pre>
 *            0                    8       12      16
 * Linux     | len u64            | level | type  | data      headers and data aligned to 8
 *            0       4       8       12     16
 * macOS     | len   | level | type  | data                   aligned to 4
 * BSD       | len   | level | type  | gap  | data            aligned to 8; NetBSD on aarch64 to 16
 * </pre>
 *
 * {@code len} counts the header, the gap and the data, but not the padding after them. Received lengths are not
 * trusted: one that exceeds the buffer ends the sequence.
 */
final class ControlMessages {

    private static final boolean WIDE = Platform.current().os() == Platform.Os.LINUX;
    private static final int BUFFER_ALIGNMENT = 16;
    private static final int ALIGNMENT = alignment(Platform.current());

    private static final int LEVEL = WIDE ? 8 : 4;
    private static final int TYPE = WIDE ? 12 : 8;
    private static final int HEADER_BYTES = WIDE ? 16 : 12;
    private static final int DATA = align(HEADER_BYTES);

    private final MemorySegment memory;
    private int used;
    private int current;
    private int next;

    /**
     * Makes an empty buffer.
     *
     * @param bytes its capacity, the sum of its messages' {@link #space}
     */
    ControlMessages(int bytes) {
        this(Arena.ofAuto().allocate(bytes, BUFFER_ALIGNMENT));
    }

    /** A buffer in the caller's memory, aligned to 16. */
    ControlMessages(MemorySegment memory) {
        this.memory = memory;
    }

    /** CMSG_SPACE: the bytes that a message occupies. */
    static int space(int dataBytes) {
        return DATA + align(dataBytes);
    }

    /** CMSG_LEN: the length field of a message. */
    static int length(int dataBytes) {
        return DATA + dataBytes;
    }

    private static int alignment(Platform platform) {
        return switch (platform.os()) {
            case MACOS -> Integer.BYTES;
            case NETBSD -> platform.arch().equals("aarch64") ? BUFFER_ALIGNMENT : Long.BYTES;
            default -> Long.BYTES;
        };
    }

    private static int align(int bytes) {
        return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    }

    MemorySegment memory() {
        return memory;
    }

    /** Bytes in use, for {@link MessageHeader#control} before sending. */
    int used() {
        return used;
    }

    /** All bytes, for {@link MessageHeader#control} before receiving. */
    int capacity() {
        return (int) memory.byteSize();
    }

    void clear() {
        used = 0;
    }

    /**
     * Adds a message.
     *
     * @return its data, zeroed
     */
    MemorySegment add(int level, int type, int dataBytes) {
        MemorySegment message = memory.asSlice(used, space(dataBytes));
        message.fill((byte) 0);
        if (WIDE) {
            message.set(ValueLayout.JAVA_LONG, 0, length(dataBytes));
        } else {
            message.set(ValueLayout.JAVA_INT, 0, length(dataBytes));
        }
        message.set(ValueLayout.JAVA_INT, LEVEL, level);
        message.set(ValueLayout.JAVA_INT, TYPE, type);
        used += space(dataBytes);
        return message.asSlice(DATA, dataBytes);
    }

    /**
     * Starts reading; {@link #next()} follows.
     *
     * @param bytes received, {@link MessageHeader#controlLength()}
     */
    void received(int bytes) {
        used = Math.clamp(bytes, 0, capacity());
        current = 0;
        next = 0;
    }

    /** Moves to the next received message. Returns false if there is none. */
    boolean next() {
        if (used - next < HEADER_BYTES) {
            return false;
        }
        current = next;
        long length = lengthAt(current);
        if (length < DATA || length > used - current) {
            next = used;
            return false;
        }
        next = Math.min(used, current + align((int) length));
        return true;
    }

    boolean is(int level, int type) {
        return memory.get(ValueLayout.JAVA_INT, current + LEVEL) == level
                && memory.get(ValueLayout.JAVA_INT, current + TYPE) == type;
    }

    int dataBytes() {
        return (int) lengthAt(current) - DATA;
    }

    /** The current message's data. */
    MemorySegment data() {
        return memory.asSlice((long) current + DATA, dataBytes());
    }

    /** An int of the current message's data, by its index. */
    int intAt(int index) {
        if (index < 0 || (index + 1) * Integer.BYTES > dataBytes()) {
            throw new IndexOutOfBoundsException("int " + index + " of " + dataBytes() + " bytes of control data");
        }
        return memory.get(ValueLayout.JAVA_INT, current + DATA + (long) index * Integer.BYTES);
    }

    private long lengthAt(int offset) {
        return WIDE
                ? memory.get(ValueLayout.JAVA_LONG, offset)
                : Integer.toUnsignedLong(memory.get(ValueLayout.JAVA_INT, offset));
    }

    static List<CStruct> cStructs() {
        return List.of(
                CStruct.of("struct cmsghdr", HEADER_BYTES)
                        .with("cmsg_len", 0, WIDE ? Long.BYTES : Integer.BYTES)
                        .with("cmsg_level", LEVEL, Integer.BYTES)
                        .with("cmsg_type", TYPE, Integer.BYTES),
                // The macros' results as array types, because the check compares sizes of types.
                CStruct.of("char[CMSG_LEN(4)]", length(4)),
                CStruct.of("char[CMSG_SPACE(1)]", space(1)),
                CStruct.of("char[CMSG_SPACE(4)]", space(4)),
                CStruct.of("char[CMSG_SPACE(12)]", space(12)));
    }
}
