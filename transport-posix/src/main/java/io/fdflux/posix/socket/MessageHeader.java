package io.fdflux.posix.socket;

import io.fdflux.posix.ffi.CStruct;
import io.fdflux.posix.platform.Platform;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * A {@code struct msghdr}, the argument of sendmsg(2) and recvmsg(2). One thread at a time. The caller keeps the memory
 * of the address, vectors and control messages reachable.
 *
 * <pre>
 *            0         8          16      24          32          40             44      48
 * Linux     | name    | namelen  | iov   | iovlen u64| control   | controllen u64       | flags |
 * BSD,macOS | name    | namelen  | iov   | iovlen int| control   | controllen u32| flags|
 * </pre>
 *
 * Set the lengths before every call, because recvmsg overwrites them and the flags.
 */
final class MessageHeader {

    private static final boolean WIDE = Platform.current().os() == Platform.Os.LINUX;

    static final int BYTES = WIDE ? 56 : 48;

    private static final int NAME = 0;
    private static final int NAME_LENGTH = 8;
    private static final int VECTORS = 16;
    private static final int VECTOR_COUNT = 24;
    private static final int CONTROL = 32;
    private static final int CONTROL_LENGTH = 40;
    private static final int FLAGS = WIDE ? 48 : 44;
    private static final int COUNT_BYTES = WIDE ? Long.BYTES : Integer.BYTES;

    private final MemorySegment memory;

    MessageHeader() {
        this(Arena.ofAuto().allocate(BYTES, Long.BYTES));
    }

    /** A header at the start of the caller's memory, such as an element of an array. */
    MessageHeader(MemorySegment memory) {
        this.memory = memory.asSlice(0, BYTES);
    }

    MemorySegment memory() {
        return memory;
    }

    /** Sets the recipient's address, or memory for the sender's; length 0 for none. */
    void name(MemorySegment address, int length) {
        memory.set(ValueLayout.ADDRESS, NAME, address);
        memory.set(ValueLayout.JAVA_INT, NAME_LENGTH, length);
    }

    /** Sets an array of {@code struct iovec} to send, or to receive into. */
    void vectors(long address, int count) {
        memory.set(ValueLayout.JAVA_LONG, VECTORS, address);
        count(VECTOR_COUNT, count);
    }

    /** Sets control messages to send, or memory for received ones; length 0 for none. Clears the flags. */
    void control(MemorySegment control, int length) {
        memory.set(ValueLayout.ADDRESS, CONTROL, control);
        count(CONTROL_LENGTH, length);
        memory.set(ValueLayout.JAVA_INT, FLAGS, 0);
    }

    /** The length of the received address, which exceeds the memory if it was too small: recvmsg(2). */
    int nameLength() {
        return memory.get(ValueLayout.JAVA_INT, NAME_LENGTH);
    }

    /** The bytes of the received control messages. */
    int controlLength() {
        return WIDE
                ? Math.toIntExact(memory.get(ValueLayout.JAVA_LONG, CONTROL_LENGTH))
                : memory.get(ValueLayout.JAVA_INT, CONTROL_LENGTH);
    }

    /** MSG_TRUNC, MSG_CTRUNC and the like, after recvmsg. */
    int flags() {
        return memory.get(ValueLayout.JAVA_INT, FLAGS);
    }

    // musl declares an int and zero padding instead of Linux's 64 bits (its include/sys/socket.h). For a positive count
    // the bytes are the same.
    private void count(int offset, int count) {
        if (WIDE) {
            memory.set(ValueLayout.JAVA_LONG, offset, count);
        } else {
            memory.set(ValueLayout.JAVA_INT, offset, count);
        }
    }

    static List<CStruct> cStructs() {
        return List.of(CStruct.of("struct msghdr", BYTES)
                .with("msg_name", NAME, Long.BYTES)
                .with("msg_namelen", NAME_LENGTH, Integer.BYTES, CStruct.Sign.UNSIGNED)
                .with("msg_iov", VECTORS, Long.BYTES)
                .with("msg_iovlen", VECTOR_COUNT, COUNT_BYTES)
                .with("msg_control", CONTROL, Long.BYTES)
                .with("msg_controllen", CONTROL_LENGTH, COUNT_BYTES)
                .with("msg_flags", FLAGS, Integer.BYTES));
    }
}
