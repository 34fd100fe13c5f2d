package io.fdflux.posix.io;

import static io.fdflux.posix.ffi.NativeFunctions.ADDRESS;
import static io.fdflux.posix.ffi.NativeFunctions.INT;

import io.fdflux.posix.ffi.CStruct;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.NativeFunctions;
import io.fdflux.posix.platform.Platform;
import io.fdflux.posix.platform.Platform.Os;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Holds the fields of stat(2) that identify a file and its kind. Immutable.
 *
 * <p>On Linux, the JDK reads them through {@code /proc/self/fd}, because glibc exports fstat only since 2.33 (its NEWS)
 * and the struct differs per architecture. On the BSDs and macOS, fstat(2) is called, because {@code /dev/fd} does not
 * serve every kind of file there.
 *
 * <pre>
 *            0       4       8       12      16      24      28      32      40
 * macOS     | dev i32|mode u16 nlink| ino u64      | uid    ...     |rdev@24 i32
 * FreeBSD   | dev u64        | ino u64      | nlink  |mode@24 u16    ...  |rdev@40 u64
 * NetBSD    | dev u64        |mode u32|     | ino@16 | nlink  ...        |rdev@40 u64
 * OpenBSD   | mode u32| dev i32| ino u64    | nlink  ...    |rdev@28 i32
 * DragonFly | ino u64        | nlink | dev@12| mode@16 u16   ...   |rdev@28 u32
 * </pre>
 *
 * @param mode   type and permissions
 * @param device with the file
 * @param inode  its number on that device
 * @param rdev   the device of a special file
 */
record FileStatus(int mode, long device, long inode, long rdev) {

    /** More than any system's {@code struct stat} takes; FreeBSD's takes 224 bytes. */
    private static final int BUFFER_BYTES = 512;

    private record Layout(int mode, int modeBytes, int device, int inode, int rdev, int deviceBytes) {}

    private static final Layout LAYOUT = layout(Platform.current().os());

    private static final class Fstat {
        static final MethodHandle HANDLE = NativeFunctions.link("fstat", FunctionDescriptor.of(INT, INT, ADDRESS));
    }

    private static Layout layout(Os os) {
        return switch (os) {
            case LINUX -> null;
            case MACOS -> new Layout(4, Short.BYTES, 0, 8, 24, Integer.BYTES);
            case FREEBSD -> new Layout(24, Short.BYTES, 0, 8, 40, Long.BYTES);
            case NETBSD -> new Layout(8, Integer.BYTES, 0, 16, 40, Long.BYTES);
            case OPENBSD -> new Layout(0, Integer.BYTES, 4, 8, 28, Integer.BYTES);
            case DRAGONFLY -> new Layout(16, Short.BYTES, 12, 0, 28, Integer.BYTES);
        };
    }

    /** Empty without /proc on Linux, and for a number that is not open. */
    static Optional<FileStatus> of(int fd) {
        return LAYOUT == null ? fromProc(fd) : fstat(fd);
    }

    /** The link to an open descriptor of this process on Linux: proc(5). */
    static Path proc(int fd) {
        return Path.of("/proc/self/fd", Integer.toString(fd));
    }

    private static Optional<FileStatus> fromProc(int fd) {
        try {
            Map<String, Object> attributes = Files.readAttributes(proc(fd), "unix:mode,dev,ino,rdev");
            return Optional.of(new FileStatus(
                    ((Number) attributes.get("mode")).intValue(),
                    ((Number) attributes.get("dev")).longValue(),
                    ((Number) attributes.get("ino")).longValue(),
                    ((Number) attributes.get("rdev")).longValue()));
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<FileStatus> fstat(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stat = arena.allocate(BUFFER_BYTES, Long.BYTES);
            int result = (int)
                    (long) Fstat.HANDLE.invokeExact(NativeFunctions.state(), (long) fd, stat.address(), 0L, 0L, 0L, 0L);
            return result < 0
                    ? Optional.empty()
                    : Optional.of(new FileStatus(
                            (int) number(stat, LAYOUT.mode, LAYOUT.modeBytes),
                            number(stat, LAYOUT.device, LAYOUT.deviceBytes),
                            number(stat, LAYOUT.inode, Long.BYTES),
                            number(stat, LAYOUT.rdev, LAYOUT.deviceBytes)));
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    private static long number(MemorySegment stat, int offset, int bytes) {
        return switch (bytes) {
            case Short.BYTES -> Short.toUnsignedLong(stat.get(ValueLayout.JAVA_SHORT, offset));
            case Integer.BYTES -> Integer.toUnsignedLong(stat.get(ValueLayout.JAVA_INT, offset));
            default -> stat.get(ValueLayout.JAVA_LONG, offset);
        };
    }

    /** Whether the file has a type, such as {@code S_IFIFO}. */
    boolean is(String type) {
        return (mode & Constants.value("S_IFMT")) == Constants.value(type);
    }

    static List<CStruct> cStructs() {
        if (LAYOUT == null) {
            return List.of();
        }
        return List.of(CStruct.growing("struct stat")
                .with("st_mode", LAYOUT.mode, LAYOUT.modeBytes)
                .with("st_dev", LAYOUT.device, LAYOUT.deviceBytes)
                .with("st_ino", LAYOUT.inode, Long.BYTES)
                .with("st_rdev", LAYOUT.rdev, LAYOUT.deviceBytes));
    }
}
