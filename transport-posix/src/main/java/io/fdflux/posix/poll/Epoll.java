package io.fdflux.posix.poll;

import static io.fdflux.posix.ffi.NativeFunctions.ADDRESS;
import static io.fdflux.posix.ffi.NativeFunctions.INT;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.CStruct;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.NativeFunctions;
import io.fdflux.posix.ffi.NewerCall;
import io.fdflux.posix.ffi.RawDescriptors;
import io.fdflux.posix.platform.Platform;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Calls epoll(7) and eventfd(2). An instance owns an epoll descriptor and an array of {@code struct epoll_event}. An
 * instance belongs to one thread; the static calls are thread-safe. Linux only.
 *
 * <p>The struct is packed on x86-64 alone, see EPOLL_PACKED in Linux's include/uapi/linux/eventpoll.h:
 *
 * <pre>
 *          0        4        8        12       16
 * x86-64  | events | data            |
 * others  | events | padding| data            |
 * </pre>
 */
public final class Epoll {

    /** Data to read, or the end. */
    public static final int IN = Constants.flag("EPOLLIN");

    /** Urgent data, tcp(7). */
    public static final int PRI = Constants.flag("EPOLLPRI");

    /** Space to write. */
    public static final int OUT = Constants.flag("EPOLLOUT");

    /** An error is pending; always reported. */
    public static final int ERR = Constants.flag("EPOLLERR");

    /** Both directions are shut down; always reported. */
    public static final int HUP = Constants.flag("EPOLLHUP");

    /** The peer has shut down its output. */
    public static final int RDHUP = Constants.flag("EPOLLRDHUP");

    /** Report edges, not levels. */
    public static final int ET = Constants.flag("EPOLLET");

    /** epoll_ctl: watch a descriptor. */
    public static final int CTL_ADD = Constants.flag("EPOLL_CTL_ADD");

    /** epoll_ctl: stop watching it. */
    public static final int CTL_DEL = Constants.flag("EPOLL_CTL_DEL");

    /** epoll_ctl: watch it for other events. */
    public static final int CTL_MOD = Constants.flag("EPOLL_CTL_MOD");

    private static final boolean PACKED = Platform.current().arch().equals("x86_64");
    private static final int DATA_OFFSET = PACKED ? 4 : 8;
    private static final int EVENT_BYTES = PACKED ? 12 : 16;
    private static final int TIMESPEC_BYTES = 16;
    private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private static final class Create1 {
        static final NewerCall NEWER = NewerCall.of("epoll_create1");
        static final MethodHandle HANDLE = NativeFunctions.link("epoll_create1", FunctionDescriptor.of(INT, INT));
    }

    private static final class Create {
        static final MethodHandle HANDLE = NativeFunctions.link("epoll_create", FunctionDescriptor.of(INT, INT));
        /** Ignored since Linux 2.6.8, but it must be positive: epoll_create(2). */
        static final int SIZE = 1;
    }

    private static final class Ctl {
        static final MethodHandle HANDLE =
                NativeFunctions.link("epoll_ctl", FunctionDescriptor.of(INT, INT, INT, INT, ADDRESS));
    }

    private static final class Wait {
        static final MethodHandle HANDLE =
                NativeFunctions.link("epoll_wait", FunctionDescriptor.of(INT, INT, ADDRESS, INT, INT));
    }

    private static final class Pwait2 {
        /** Since Linux 5.11, see epoll_wait(2). */
        static final NewerCall NEWER = NewerCall.of("epoll_pwait2");

        static final long NO_MASK = 0;

        static final MethodHandle HANDLE =
                NativeFunctions.link("epoll_pwait2", FunctionDescriptor.of(INT, INT, ADDRESS, INT, ADDRESS, ADDRESS));
    }

    private static final class Eventfd {
        static final MethodHandle HANDLE = NativeFunctions.link("eventfd", FunctionDescriptor.of(INT, INT, INT));
    }

    private final Descriptor epoll;
    private final MemorySegment change = Arena.ofAuto().allocate(EVENT_BYTES, Long.BYTES);
    private final MemorySegment timeout = Arena.ofAuto().allocate(TIMESPEC_BYTES, Long.BYTES);
    private MemorySegment events;
    private int capacity;

    /**
     * Opens an epoll instance.
     *
     * @param capacity the most events per wait
     * @throws IOException if the kernel refuses
     */
    public Epoll(int capacity) throws IOException {
        int fd = create();
        if (fd < 0) {
            throw Errno.exception("epoll_create1", "", -fd);
        }
        epoll = Descriptor.of(fd);
        grow(capacity);
    }

    private static int create() {
        if (Create1.NEWER.isTried()) {
            int fd = create1();
            if (!Create1.NEWER.isRefusal(fd)) {
                return fd;
            }
        }
        int fd = create0();
        return fd < 0 ? fd : Create1.NEWER.stoodIn(RawDescriptors.withFlags(fd));
    }

    private static int create1() {
        MemorySegment state = NativeFunctions.state();
        try {
            int fd = (int) (long)
                    Create1.HANDLE.invokeExact(state, (long) Constants.value("EPOLL_CLOEXEC"), 0L, 0L, 0L, 0L, 0L);
            return fd < 0 ? -NativeFunctions.errno(state) : fd;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    private static int create0() {
        MemorySegment state = NativeFunctions.state();
        try {
            int fd = (int) (long) Create.HANDLE.invokeExact(state, (long) Create.SIZE, 0L, 0L, 0L, 0L, 0L);
            return fd < 0 ? -NativeFunctions.errno(state) : fd;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    /**
     * Replaces the array with a larger one. Discards the events of the last wait.
     *
     * @param newCapacity the most events per wait
     */
    public void grow(int newCapacity) {
        events = Arena.ofAuto().allocate((long) newCapacity * EVENT_BYTES, Long.BYTES);
        capacity = newCapacity;
    }

    /** {@return the most events per wait} */
    public int capacity() {
        return capacity;
    }

    /**
     * epoll_ctl(2).
     *
     * @param operation {@link #CTL_ADD}, {@link #CTL_MOD} or {@link #CTL_DEL}
     * @param fd        the descriptor to watch
     * @param mask      the events to watch for
     * @param data      returned with its events
     * @return 0 or {@code -errno}
     */
    public int control(int operation, int fd, int mask, long data) {
        change.set(ValueLayout.JAVA_INT, 0, mask);
        change.set(ValueLayout.JAVA_LONG_UNALIGNED, DATA_OFFSET, data);
        MemorySegment state = NativeFunctions.state();
        try {
            int result = (int) (long) Ctl.HANDLE.invokeExact(
                    state, (long) epoll.number(), (long) operation, (long) fd, change.address(), 0L, 0L);
            return result < 0 ? -NativeFunctions.errno(state) : 0;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Waits for events. The timeout has nanosecond precision with epoll_pwait2(2), and is rounded up to
     * milliseconds without.
     *
     * @param nanos the timeout; 0 does not wait, a negative one has no limit
     * @return the number of events, or {@code -errno}, which includes {@code -EINTR}
     */
    public int await(long nanos) {
        // Without a finite timeout the older call is cheaper, because the kernel copies no timespec.
        if (nanos > 0 && Pwait2.NEWER.isTried()) {
            int result = pwait2(nanos);
            return Pwait2.NEWER.isRefusal(result) ? Pwait2.NEWER.stoodIn(await0(millis(nanos))) : result;
        }
        return await0(nanos <= 0 ? Long.signum(nanos) : millis(nanos));
    }

    /** {@return whether epoll_pwait2(2) is used; certain after the first wait with a finite timeout} */
    public boolean waitsForNanoseconds() {
        return Pwait2.NEWER.isTried();
    }

    private static int millis(long nanos) {
        return (int) Math.min(Integer.MAX_VALUE, (nanos + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
    }

    private int await0(int millis) {
        MemorySegment state = NativeFunctions.state();
        try {
            int result = (int) (long) Wait.HANDLE.invokeExact(
                    state, (long) epoll.number(), events.address(), (long) capacity, (long) millis, 0L, 0L);
            return result < 0 ? -NativeFunctions.errno(state) : result;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private int pwait2(long nanos) {
        timeout.set(ValueLayout.JAVA_LONG, 0, nanos / NANOS_PER_SECOND);
        timeout.set(ValueLayout.JAVA_LONG, Long.BYTES, nanos % NANOS_PER_SECOND);
        MemorySegment state = NativeFunctions.state();
        try {
            int result = (int) (long) Pwait2.HANDLE.invokeExact(
                    state,
                    (long) epoll.number(),
                    events.address(),
                    (long) capacity,
                    timeout.address(),
                    Pwait2.NO_MASK,
                    0L);
            return result < 0 ? -NativeFunctions.errno(state) : result;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * The reported flags of an event.
     *
     * @param index of an event of the last wait
     * @return its union of {@link #IN}, {@link #OUT}, {@link #ERR}, {@link #HUP}, {@link #RDHUP}
     */
    public int mask(int index) {
        return events.get(ValueLayout.JAVA_INT, (long) index * EVENT_BYTES);
    }

    /**
     * The user data of an event.
     *
     * @param index of an event of the last wait
     * @return {@code data} of {@link #control}
     */
    public long data(int index) {
        return events.get(ValueLayout.JAVA_LONG_UNALIGNED, (long) index * EVENT_BYTES + DATA_OFFSET);
    }

    static List<CStruct> cStructs() {
        return List.of(
                CStruct.of("struct epoll_event", EVENT_BYTES)
                        .with("events", 0, Integer.BYTES)
                        .with("data", DATA_OFFSET, Long.BYTES),
                CStruct.of("struct timespec", TIMESPEC_BYTES)
                        .with("tv_sec", 0, Long.BYTES, CStruct.Sign.SIGNED)
                        .with("tv_nsec", Long.BYTES, Long.BYTES, CStruct.Sign.SIGNED));
    }

    /** Closes the epoll instance. */
    public void close() {
        epoll.closeUnchecked();
    }

    /**
     * Makes an eventfd(2), non-blocking and closed on exec.
     *
     * @return the descriptor; the caller closes it
     * @throws IOException if the process has no descriptors left
     */
    public static Descriptor eventfd() throws IOException {
        MemorySegment state = NativeFunctions.state();
        int fd;
        try {
            fd = (int) (long) Eventfd.HANDLE.invokeExact(
                    state,
                    0L,
                    (long) (Constants.value("EFD_CLOEXEC") | Constants.value("EFD_NONBLOCK")),
                    0L,
                    0L,
                    0L,
                    0L);
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
        if (fd < 0) {
            throw Errno.exception("eventfd", "", NativeFunctions.errno(state));
        }
        return Descriptor.unshared(fd);
    }
}
