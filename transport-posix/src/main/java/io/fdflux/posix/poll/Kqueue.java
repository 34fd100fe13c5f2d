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
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * kqueue(2) and kevent(2). An instance belongs to the thread that waits; {@link #submit} may come from any. macOS,
 * FreeBSD, NetBSD, OpenBSD, DragonFly; Linux has neither function, except from a library that the tests bring along.
 */
public final class Kqueue {

    /** Filter: data to read, connections to accept, or the end. */
    public static final int FILTER_READ = Constants.flag("EVFILT_READ");

    /** Filter: room to write. */
    public static final int FILTER_WRITE = Constants.flag("EVFILT_WRITE");

    /** Filter: an event that a program triggers itself. Not known to NetBSD before 10 and older OpenBSD: EINVAL. */
    public static final int FILTER_USER = Constants.flag("EVFILT_USER");

    /** Flag: add the event, or give an existing one new filter flags, data and user data. */
    public static final int ADD = Constants.flag("EV_ADD");

    /** Flag: remove the event. */
    public static final int DELETE = Constants.flag("EV_DELETE");

    /** Flag: report the event. */
    public static final int ENABLE = Constants.flag("EV_ENABLE");

    /** Flag: keep the event, do not report it. */
    public static final int DISABLE = Constants.flag("EV_DISABLE");

    /** Flag: report once, then delete. */
    public static final int ONESHOT = Constants.flag("EV_ONESHOT");

    /** Flag: report changes of state. */
    public static final int CLEAR = Constants.flag("EV_CLEAR");

    /** Flag: report once, then disable. */
    public static final int DISPATCH = Constants.flag("EV_DISPATCH");

    /** Reported flag: a change was refused, {@code data} is the errno. */
    public static final int ERROR = Constants.flag("EV_ERROR");

    /** Reported flag: the end; {@code fflags} is the socket's errno or 0, {@code data} what is left to read. */
    public static final int EOF = Constants.flag("EV_EOF");

    /** Filter flag of reading: {@code data} is the number of bytes from which on to report. */
    public static final int NOTE_LOWAT = Constants.flag("NOTE_LOWAT");

    /** Filter flag of {@link #FILTER_USER}: trigger it. */
    public static final int NOTE_TRIGGER = Constants.flag("NOTE_TRIGGER");

    private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);
    // Older kernels answer EINVAL to a timeout of more than 100,000,000 seconds.
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
            fd = (int) Create.HANDLE.invokeExact(state);
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
        if (fd < 0) {
            throw Errno.exception("kqueue", "", NativeFunctions.errno(state));
        }
        kqueue = Descriptor.of(fd);
    }

    /**
     * Submits changes, waits, and appends what is reported: refused changes, or else (not in addition) events. The
     * kernel has taken the changes when this returns, with EINTR too, and {@code changes} is empty. Where the call
     * fails as a whole (ENOMEM), {@code changes} still holds them.
     *
     * @param changes what to change, or empty
     * @param events  must have room for as many events as there are changes; without it the kernel skips the changes
     *                that follow a refused one, and does not wait
     * @param nanos   how long to wait at most; 0 not at all, negative without bound. Cut to a day
     * @return the number of events appended, or {@code -errno}; {@code -EINTR} is for the caller to take
     */
    public int await(KeventList changes, KeventList events, long nanos) {
        int room = events.capacity() - events.size();
        if (room < Math.max(1, changes.size())) {
            throw new IllegalArgumentException("room for " + room + " events, but " + changes.size() + " changes");
        }
        MemorySegment limit = MemorySegment.NULL;
        if (nanos >= 0) {
            long bounded = Math.min(nanos, LONGEST_WAIT);
            timeout.set(LONG, 0, bounded / NANOS_PER_SECOND);
            timeout.set(LONG, Long.BYTES, bounded % NANOS_PER_SECOND);
            limit = timeout;
        }
        int result = kevent(changes.memory(), changes.size(), events.free(), room, limit);
        if (result >= 0 || result == -Errno.EINTR) {
            changes.clear();
        }
        if (result > room) {
            throw new IllegalStateException(
                    "the kernel claims to have reported " + result + " events into room for " + room);
        }
        if (result > 0) {
            events.extend(result);
        }
        return result;
    }

    /**
     * Submits changes without room for events: never waits, and the first change that is refused ends it.
     *
     * @param changes what to change; left as it is, so that any number of threads may submit one list
     * @return 0 or {@code -errno}
     */
    public int submit(KeventList changes) {
        return kevent(changes.memory(), changes.size(), MemorySegment.NULL, 0, MemorySegment.NULL);
    }

    private int kevent(MemorySegment changes, int changeCount, MemorySegment events, int room, MemorySegment limit) {
        MemorySegment state = NativeFunctions.state();
        try {
            int result = COUNTS_ARE_SIZE_T
                    ? (int) Kevent.HANDLE.invokeExact(
                            state, kqueue.number(), changes, (long) changeCount, events, (long) room, limit)
                    : (int) Kevent.HANDLE.invokeExact(
                            state, kqueue.number(), changes, changeCount, events, room, limit);
            return result < 0 ? -NativeFunctions.errno(state) : result;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    static List<CStruct> cStructs() {
        return List.of(CStruct.of("struct timespec", TIMESPEC_BYTES)
                .with("tv_sec", 0, Long.BYTES, CStruct.Sign.SIGNED)
                .with("tv_nsec", Long.BYTES, Long.BYTES, CStruct.Sign.SIGNED));
    }

    /**
     * Keeps the kqueue open for a {@link #submit} on another thread than its owner's.
     *
     * @return false if it is closed: submit nothing, and do not release
     */
    public boolean lease() {
        return kqueue.lease();
    }

    /** Gives the lease back. */
    public void release() {
        kqueue.releaseUnchecked();
    }

    /** Closes the kqueue. It must have no waiting thread, because kernels differ in what becomes of it. */
    public void close() {
        kqueue.closeUnchecked();
    }
}
