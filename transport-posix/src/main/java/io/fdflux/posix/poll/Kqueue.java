package io.fdflux.posix.poll;

import static io.fdflux.posix.ffi.NativeFunctions.ADDRESS;
import static io.fdflux.posix.ffi.NativeFunctions.INT;
import static io.fdflux.posix.ffi.NativeFunctions.LONG;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.CStruct;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.NativeFunctions;
import io.fdflux.posix.platform.Platform;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Calls kqueue(2) and kevent(2). An instance belongs to the waiting thread; {@link #submit} is thread-safe while the
 * caller holds a {@link #lease}. For macOS, FreeBSD, NetBSD, OpenBSD and DragonFly. On Linux the functions come from
 * libkqueue, for tests only.
 */
public final class Kqueue {

    /** Filter: data to read, connections to accept, or the end. */
    public static final int FILTER_READ = Constants.flag("EVFILT_READ");

    /** Filter: space to write. */
    public static final int FILTER_WRITE = Constants.flag("EVFILT_WRITE");

    /** Filter: an event that the program triggers. NetBSD before 10 and older OpenBSD refuse it with EINVAL. */
    public static final int FILTER_USER = Constants.flag("EVFILT_USER");

    /** What a filter is that this platform lacks; no event has it. */
    public static final int NO_FILTER = Integer.MIN_VALUE;

    /** Filter: changes of an open file or directory. */
    public static final int FILTER_VNODE = filter("EVFILT_VNODE");

    /** Filter: the exit of a process. Absent in libkqueue 2.3.1. */
    public static final int FILTER_PROC = filter("EVFILT_PROC");

    /**
     * Filter: attempts to deliver a signal, counted even where it is ignored or handled: kqueue(2). Absent in
     * libkqueue, whose signals must be blocked in every thread.
     */
    public static final int FILTER_SIGNAL = filter("EVFILT_SIGNAL");

    /** Filter: a timer. Its identifier is any number. */
    public static final int FILTER_TIMER = filter("EVFILT_TIMER");

    /** Flag: add the event, or replace filter flags, data and user data of an existing one. */
    public static final int ADD = Constants.flag("EV_ADD");

    /** Flag: remove the event. */
    public static final int DELETE = Constants.flag("EV_DELETE");

    /** Flag: report the event. */
    public static final int ENABLE = Constants.flag("EV_ENABLE");

    /** Flag: keep the event, but do not report it. */
    public static final int DISABLE = Constants.flag("EV_DISABLE");

    /** Flag: report once, then delete. */
    public static final int ONESHOT = Constants.flag("EV_ONESHOT");

    /** Flag: report changes of state. */
    public static final int CLEAR = Constants.flag("EV_CLEAR");

    /** Flag: report once, then disable. */
    public static final int DISPATCH = Constants.flag("EV_DISPATCH");

    /** Reported flag: a change was refused, and {@code data} is the errno. */
    public static final int ERROR = Constants.flag("EV_ERROR");

    /** Reported flag: the end. {@code fflags} is the socket's errno or 0, {@code data} the number of unread bytes. */
    public static final int EOF = Constants.flag("EV_EOF");

    /** Filter flag of {@link #FILTER_READ}: {@code data} is the least number of bytes to report. */
    public static final int NOTE_LOWAT = Constants.flag("NOTE_LOWAT");

    /** Filter flag of {@link #FILTER_USER}: trigger it. */
    public static final int NOTE_TRIGGER = Constants.flag("NOTE_TRIGGER");

    /** Filter flag of {@link #FILTER_VNODE}: the file was unlinked. */
    public static final int NOTE_DELETE = Constants.flag("NOTE_DELETE");

    /** Filter flag of {@link #FILTER_VNODE}: bytes were written, or an entry of the directory has changed. */
    public static final int NOTE_WRITE = Constants.flag("NOTE_WRITE");

    /** Filter flag of {@link #FILTER_VNODE}: the file has grown. */
    public static final int NOTE_EXTEND = Constants.flag("NOTE_EXTEND");

    /** Filter flag of {@link #FILTER_VNODE}: attributes were changed. */
    public static final int NOTE_ATTRIB = Constants.flag("NOTE_ATTRIB");

    /** Filter flag of {@link #FILTER_VNODE}: the number of names has changed. */
    public static final int NOTE_LINK = Constants.flag("NOTE_LINK");

    /** Filter flag of {@link #FILTER_VNODE}: the file was renamed. */
    public static final int NOTE_RENAME = Constants.flag("NOTE_RENAME");

    /** Filter flag of {@link #FILTER_VNODE}: access was revoked, or the file system unmounted. */
    public static final int NOTE_REVOKE = Constants.flag("NOTE_REVOKE");

    /**
     * Filter flag of {@link #FILTER_PROC}: the process has ended. On the BSDs {@code data} is the status of wait(2).
     */
    public static final int NOTE_EXIT = Constants.flag("NOTE_EXIT");

    /**
     * Filter flag of {@link #FILTER_PROC}, macOS only: report the status in {@code data} too. Refused with EACCES for a
     * process that this one may not signal.
     */
    public static final int NOTE_EXITSTATUS = Constants.flag("NOTE_EXITSTATUS");

    /** Filter flag of {@link #FILTER_TIMER}: {@code data} is nanoseconds; without it, milliseconds. */
    public static final int NOTE_NSECONDS = Constants.flag("NOTE_NSECONDS");

    /**
     * Filter flag of {@link #FILTER_TIMER}: {@code data} is a point in time since 1970. 0 on DragonFly, and ignored by
     * older kernels: NetBSD before 10, OpenBSD before 7.3.
     */
    public static final int NOTE_ABSTIME = Constants.flag("NOTE_ABSTIME");

    private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);
    // Older BSDs refuse more than 100,000,000 seconds with EINVAL: itimerfix, called by kqueue_scan.
    private static final long LONGEST_WAIT = TimeUnit.DAYS.toNanos(1);
    private static final int TIMESPEC_BYTES = 16;
    private static final boolean COUNTS_ARE_SIZE_T = Platform.current().os() == Platform.Os.NETBSD;

    private static final class Create {
        static final MethodHandle HANDLE = NativeFunctions.link("kqueue", FunctionDescriptor.of(INT));
    }

    private static final class Kevent {
        static final MethodHandle HANDLE = NativeFunctions.link(
                "kevent",
                COUNTS_ARE_SIZE_T
                        ? FunctionDescriptor.of(INT, INT, ADDRESS, LONG, ADDRESS, LONG, ADDRESS)
                        : FunctionDescriptor.of(INT, INT, ADDRESS, INT, ADDRESS, INT, ADDRESS));
    }

    private static int filter(String name) {
        return Constants.find(name).orElse(NO_FILTER);
    }

    private final Descriptor kqueue;
    private final MemorySegment timeout = Arena.ofAuto().allocate(TIMESPEC_BYTES, Long.BYTES);

    /**
     * Opens a kqueue.
     *
     * @throws IOException if the kernel refuses
     */
    public Kqueue() throws IOException {
        MemorySegment state = NativeFunctions.state();
        int fd;
        try {
            fd = (int) (long) Create.HANDLE.invokeExact(state, 0L, 0L, 0L, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
        if (fd < 0) {
            throw Errno.exception("kqueue", "", NativeFunctions.errno(state));
        }
        kqueue = Descriptor.of(fd);
    }

    /**
     * Submits changes, waits, and appends the kernel's reports. These are either refused changes or events, never both.
     * After success and after EINTR the kernel has applied the changes, see kevent(2), and {@code changes} is empty. If
     * the whole call fails, as with ENOMEM, {@code changes} is left unchanged.
     *
     * @param changes the changes, or empty
     * @param events  with free capacity for one event per change. Otherwise the kernel would skip the changes after a
     *     refused one and not wait
     * @param nanos   the timeout, at most a day; 0 does not wait, a negative one has no limit
     * @return the number of events appended, or {@code -errno}, which includes {@code -EINTR}
     */
    public int await(KeventList changes, KeventList events, long nanos) {
        int free = events.capacity() - events.size();
        if (free < Math.max(1, changes.size())) {
            throw new IllegalArgumentException(
                    "free capacity for " + free + " events, but " + changes.size() + " changes");
        }
        MemorySegment limit = MemorySegment.NULL;
        if (nanos >= 0) {
            long bounded = Math.min(nanos, LONGEST_WAIT);
            timeout.set(LONG, 0, bounded / NANOS_PER_SECOND);
            timeout.set(LONG, Long.BYTES, bounded % NANOS_PER_SECOND);
            limit = timeout;
        }
        int result = kevent(changes.memory(), changes.size(), events.free(), free, limit);
        if (result >= 0 || result == -Errno.EINTR) {
            changes.clear();
        }
        if (result > free) {
            throw new IllegalStateException(
                    "the kernel claims to have reported " + result + " events into a capacity of " + free);
        }
        if (result > 0) {
            events.extend(result);
        }
        return result;
    }

    /**
     * Submits changes without an array for events. Never waits, and stops at the first refused change.
     *
     * @param changes the changes; not modified, so that any number of threads may submit one list
     * @return 0 or {@code -errno}
     */
    public int submit(KeventList changes) {
        return kevent(changes.memory(), changes.size(), MemorySegment.NULL, 0, MemorySegment.NULL);
    }

    private int kevent(MemorySegment changes, int changeCount, MemorySegment events, int free, MemorySegment limit) {
        MemorySegment state = NativeFunctions.state();
        try {
            int result = (int) (long) Kevent.HANDLE.invokeExact(
                    state,
                    (long) kqueue.number(),
                    changes.address(),
                    (long) changeCount,
                    events.address(),
                    (long) free,
                    limit.address());
            return result < 0 ? -NativeFunctions.errno(state) : result;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        } finally {
            Reference.reachabilityFence(changes);
            Reference.reachabilityFence(events);
            Reference.reachabilityFence(limit);
        }
    }

    static List<CStruct> cStructs() {
        return List.of(CStruct.of("struct timespec", TIMESPEC_BYTES)
                .with("tv_sec", 0, Long.BYTES, CStruct.Sign.SIGNED)
                .with("tv_nsec", Long.BYTES, Long.BYTES, CStruct.Sign.SIGNED));
    }

    /**
     * Keeps the kqueue open for a {@link #submit} on another thread.
     *
     * @return false if it is closed: then neither submit nor release
     */
    public boolean lease() {
        return kqueue.lease();
    }

    /** Ends the lease. */
    public void release() {
        kqueue.releaseUnchecked();
    }

    /** Closes the kqueue. No thread may wait on it, because kernels differ in how such a wait ends. */
    public void close() {
        kqueue.closeUnchecked();
    }
}
