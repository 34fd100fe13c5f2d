package io.fdflux.posix.io;

import static io.fdflux.posix.ffi.NativeFunctions.ADDRESS;
import static io.fdflux.posix.ffi.NativeFunctions.INT;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.PosixException;
import io.fdflux.posix.ffi.CStruct;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.NativeFunctions;
import io.fdflux.posix.ffi.PathBytes;
import io.fdflux.posix.platform.Platform;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;

/**
 * Makes inotify(7) descriptors and their watches, on Linux. Thread-safe. A read of the descriptor returns events, each
 * with the name of a directory's entry or without one:
 *
 * <pre>
 *                       0   4     8       12     16
 * struct inotify_event | wd| mask| cookie| length| name, padded with NULs to the length
 * </pre>
 */
public final class Inotify {

    /** Bytes of an event before its name. */
    public static final int EVENT_BYTES = 16;

    /** Offset of the watch's number; -1 in an event of the queue itself. */
    public static final int WATCH_OFFSET = 0;

    /** Offset of the event's bits. */
    public static final int MASK_OFFSET = 4;

    /** Offset of the number that the two halves of a rename share. */
    public static final int COOKIE_OFFSET = 8;

    /** Offset of the bytes of the name, its padding included. */
    public static final int LENGTH_OFFSET = 12;

    /** Whether this system has inotify. */
    public static final boolean AVAILABLE = Platform.current().os() == Platform.Os.LINUX;

    /** An entry was written or truncated. */
    public static final int MODIFY = Constants.flag("IN_MODIFY");

    /** Attributes of an entry or of the watched file itself were changed. */
    public static final int ATTRIB = Constants.flag("IN_ATTRIB");

    /** An entry lost its name by rename(2). */
    public static final int MOVED_FROM = Constants.flag("IN_MOVED_FROM");

    /** An entry got its name by rename(2). */
    public static final int MOVED_TO = Constants.flag("IN_MOVED_TO");

    /** An entry was made. */
    public static final int CREATE = Constants.flag("IN_CREATE");

    /** An entry was removed. */
    public static final int DELETE = Constants.flag("IN_DELETE");

    /** The watched file itself was removed, by all its names. */
    public static final int DELETE_SELF = Constants.flag("IN_DELETE_SELF");

    /** The watched file itself was renamed. */
    public static final int MOVE_SELF = Constants.flag("IN_MOVE_SELF");

    /** The file system was unmounted; always reported. */
    public static final int UNMOUNT = Constants.flag("IN_UNMOUNT");

    /** The queue was full, and events are lost; always reported. */
    public static final int OVERFLOW = Constants.flag("IN_Q_OVERFLOW");

    /** The watch is gone; always reported, as its last event. */
    public static final int IGNORED = Constants.flag("IN_IGNORED");

    /** The entry is a directory; with other bits. */
    public static final int IS_DIRECTORY = Constants.flag("IN_ISDIR");

    private static final int ONLY_DIRECTORY = Constants.flag("IN_ONLYDIR");

    private static final FunctionDescriptor INTS = FunctionDescriptor.of(INT, INT);

    private static final class Init {
        static final MethodHandle HANDLE = NativeFunctions.link("inotify_init1", INTS);
        static final int FLAGS = Constants.flag("IN_NONBLOCK") | Constants.flag("IN_CLOEXEC");
    }

    private static final class Add {
        static final MethodHandle HANDLE =
                NativeFunctions.link("inotify_add_watch", FunctionDescriptor.of(INT, INT, ADDRESS, INT));
        static final int ENOSPC = Constants.value("ENOSPC");
    }

    private static final class Remove {
        static final MethodHandle HANDLE =
                NativeFunctions.link("inotify_rm_watch", FunctionDescriptor.of(INT, INT, INT));
    }

    private Inotify() {}

    /**
     * Makes a queue of events without watches: inotify_init1(2). Non-blocking, closed on exec.
     *
     * @return the queue; the caller closes it
     * @throws IOException if the user has too many queues (EMFILE), or the process no descriptor
     */
    public static Descriptor open() throws IOException {
        MemorySegment state = NativeFunctions.state();
        int number;
        try {
            number = (int) (long) Init.HANDLE.invokeExact(state, (long) Init.FLAGS, 0L, 0L, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
        if (number >= 0) {
            return Descriptor.unshared(number);
        }
        int errno = NativeFunctions.errno(state);
        throw errno == Errno.EMFILE
                ? failed(
                        "inotify_init1",
                        "",
                        errno,
                        "the user's limit of watchers is fs.inotify.max_user_instances of sysctl(8), and the process's "
                                + "limit of descriptors is ulimit -n")
                : Errno.exception("inotify_init1", "", errno);
    }

    /**
     * Watches a directory: inotify_add_watch(2). Watching a directory twice returns the number of the first watch, and
     * replaces its bits.
     *
     * @param queue of {@link #open}
     * @param path  a directory
     * @param mask  a union of the bits of this class
     * @return the number of the watch, positive, or {@code -errno}: -ENOENT, -ENOTDIR, -EACCES, -ENOSPC
     */
    public static int add(Descriptor queue, Path path, int mask) {
        byte[] name = PathBytes.of(path);
        MemorySegment state = NativeFunctions.state();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(name.length + 1L);
            MemorySegment.copy(name, 0, text, ValueLayout.JAVA_BYTE, 0, name.length);
            int watch = (int) (long) Add.HANDLE.invokeExact(
                    state, (long) queue.number(), text.address(), (long) (mask | ONLY_DIRECTORY), 0L, 0L, 0L);
            return watch < 0 ? -NativeFunctions.errno(state) : watch;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    /**
     * Ends a watch: inotify_rm_watch(2). {@link #IGNORED} follows as its last event.
     *
     * @param queue of {@link #open}
     * @param watch of {@link #add}
     * @return 0, or {@code -errno}: -EINVAL if the watch is gone already
     */
    public static int remove(Descriptor queue, int watch) {
        MemorySegment state = NativeFunctions.state();
        try {
            int result =
                    (int) (long) Remove.HANDLE.invokeExact(state, (long) queue.number(), (long) watch, 0L, 0L, 0L, 0L);
            return result < 0 ? -NativeFunctions.errno(state) : result;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    /**
     * The exception for a failed {@link #add}.
     *
     * @param path  of the directory
     * @param errno positive
     * @return a new exception, which names the limit for ENOSPC
     */
    public static IOException exception(Path path, int errno) {
        return errno == Add.ENOSPC
                ? failed(
                        "inotify_add_watch",
                        path,
                        errno,
                        "no watch is left: raise fs.inotify.max_user_watches, as root: sysctl "
                                + "fs.inotify.max_user_watches=1048576")
                : Errno.fileException("inotify_add_watch", path, errno);
    }

    private static IOException failed(String call, Object subject, int errno, String hint) {
        return new PosixException(Errno.text(call, subject, errno, hint), call, errno);
    }

    static List<CStruct> cStructs() {
        if (!AVAILABLE) {
            return List.of();
        }
        return List.of(CStruct.of("struct inotify_event", EVENT_BYTES)
                .with("wd", WATCH_OFFSET, Integer.BYTES, CStruct.Sign.SIGNED)
                .with("mask", MASK_OFFSET, Integer.BYTES)
                .with("cookie", COOKIE_OFFSET, Integer.BYTES)
                .with("len", LENGTH_OFFSET, Integer.BYTES, CStruct.Sign.UNSIGNED));
    }
}
