package io.fdflux.posix.socket;

import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.CStruct;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.RawSocketOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Reads and sets socket options with getsockopt(2) and setsockopt(2). Thread-safe. A failed call returns
 * {@code -errno}.
 */
public final class SocketOptionCalls {

    private static final int SOL_SOCKET = Constants.value("SOL_SOCKET");
    private static final int SO_LINGER = Constants.value("SO_LINGER");
    private static final int LINGER_BYTES = 8;

    private SocketOptionCalls() {}

    /**
     * Reads an option.
     *
     * @param fd     a socket
     * @param option the option
     * @return its value, or {@code -errno}; {@code -ENOPROTOOPT} if the OS lacks it
     */
    public static int get(int fd, SocketOption option) {
        if (!option.isAvailable()) {
            return -Errno.ENOPROTOOPT;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(ValueLayout.JAVA_INT);
            int result = RawSocketOptions.get(arena, fd, option.level(), option.number(), value);
            return result < 0 ? result : value.get(ValueLayout.JAVA_INT, 0);
        }
    }

    /**
     * Reads an option whose value may use all 32 bits.
     *
     * @param fd     a socket
     * @param option the option
     * @return its value as an unsigned number, or {@code -errno}; {@code -ENOPROTOOPT} if the OS lacks it
     */
    public static long getUnsigned(int fd, SocketOption option) {
        return option.isAvailable() ? getUnsigned(fd, option.level(), option.number()) : -Errno.ENOPROTOOPT;
    }

    /**
     * Reads an int option by its numbers.
     *
     * @param fd     a socket
     * @param level  the OS's number
     * @param number the OS's number of the option
     * @return its value as an unsigned number, or {@code -errno}
     */
    public static long getUnsigned(int fd, int level, int number) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(ValueLayout.JAVA_INT);
            int result = RawSocketOptions.get(arena, fd, level, number, value);
            return result < 0 ? result : Integer.toUnsignedLong(value.get(ValueLayout.JAVA_INT, 0));
        }
    }

    /**
     * Reads an option of any type by its numbers.
     *
     * @param fd     a socket
     * @param level  the OS's number
     * @param number the OS's number of the option
     * @param value  receives the value at its position, which does not change
     * @return bytes written to {@code value}, or {@code -errno}
     */
    public static int get(int fd, int level, int number, ByteBuffer value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(value.remaining());
            int length = RawSocketOptions.get(arena, fd, level, number, memory);
            if (length > 0) {
                MemorySegment.ofBuffer(value).copyFrom(memory.asSlice(0, length));
            }
            return length;
        }
    }

    /**
     * Sets an option.
     *
     * @param fd     a socket
     * @param option the option
     * @param value  its value; booleans are 0 and 1
     * @return 0 or {@code -errno}; {@code -ENOPROTOOPT} if the OS lacks it
     */
    public static int set(int fd, SocketOption option, int value) {
        return option.isAvailable() ? set(fd, option.level(), option.number(), value) : -Errno.ENOPROTOOPT;
    }

    /**
     * Sets an int option by its numbers.
     *
     * @param fd     a socket
     * @param level  the OS's number
     * @param number the OS's number of the option
     * @param value  the value
     * @return 0 or {@code -errno}
     */
    public static int set(int fd, int level, int number, int value) {
        try (Arena arena = Arena.ofConfined()) {
            return RawSocketOptions.set(fd, level, number, arena.allocateFrom(ValueLayout.JAVA_INT, value));
        }
    }

    /**
     * Sets an option of any type by its numbers.
     *
     * @param fd     a socket
     * @param level  the OS's number
     * @param number the OS's number of the option
     * @param value  the value at its position, which does not change
     * @return 0 or {@code -errno}
     */
    public static int set(int fd, int level, int number, ByteBuffer value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(value.remaining());
            memory.copyFrom(MemorySegment.ofBuffer(value));
            return RawSocketOptions.set(fd, level, number, memory);
        }
    }

    /**
     * Reads SO_LINGER.
     *
     * @param fd a socket
     * @return seconds, -1 if it is off; {@code -errno - 1} for a failed call
     */
    public static int linger(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(LINGER_BYTES, Integer.BYTES);
            int result = RawSocketOptions.get(arena, fd, SOL_SOCKET, SO_LINGER, value);
            if (result < 0) {
                return result - 1;
            }
            return value.get(ValueLayout.JAVA_INT, 0) == 0 ? -1 : value.get(ValueLayout.JAVA_INT, Integer.BYTES);
        }
    }

    /**
     * Sets SO_LINGER.
     *
     * @param fd      a socket
     * @param seconds negative to switch it off; 0 makes close(2) reset the connection
     * @return 0 or {@code -errno}
     */
    public static int setLinger(int fd, int seconds) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocateFrom(ValueLayout.JAVA_INT, seconds < 0 ? 0 : 1, Math.max(seconds, 0));
            return RawSocketOptions.set(fd, SOL_SOCKET, SO_LINGER, value);
        }
    }

    static List<CStruct> cStructs() {
        return List.of(CStruct.of("struct linger", LINGER_BYTES)
                .with("l_onoff", 0, Integer.BYTES, CStruct.Sign.SIGNED)
                .with("l_linger", Integer.BYTES, Integer.BYTES, CStruct.Sign.SIGNED));
    }
}
