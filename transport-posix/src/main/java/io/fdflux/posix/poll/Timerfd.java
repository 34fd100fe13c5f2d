package io.fdflux.posix.poll;

import static io.fdflux.posix.ffi.NativeFunctions.ADDRESS;
import static io.fdflux.posix.ffi.NativeFunctions.INT;

import io.fdflux.posix.ffi.CStruct;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.NativeFunctions;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Calls timerfd_create(2) and timerfd_settime(2), for points in time of the clock that users and NTP set. Thread-safe.
 * Linux only. EPOLLIN reports that the time has come, or that the clock was set. Then read(2) returns 8 bytes,
 * or ECANCELED.
 */
public final class Timerfd {

    /** Bytes of a read(2): the number of expirations. */
    public static final int READ_BYTES = Long.BYTES;

    private static final int TIMESPEC_BYTES = 16;
    private static final int VALUE_OFFSET = TIMESPEC_BYTES; // behind it_interval
    private static final int ITIMERSPEC_BYTES = 2 * TIMESPEC_BYTES;
    private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private static final class Create {
        static final MethodHandle HANDLE = NativeFunctions.link("timerfd_create", FunctionDescriptor.of(INT, INT, INT));
    }

    private static final class Settime {
        static final MethodHandle HANDLE =
                NativeFunctions.link("timerfd_settime", FunctionDescriptor.of(INT, INT, INT, ADDRESS, ADDRESS));
        static final long NO_OLD_VALUE = 0;
    }

    private Timerfd() {}

    /**
     * timerfd_create(2) with CLOCK_REALTIME, non-blocking and closed on exec.
     *
     * @return a new descriptor's number, or {@code -errno}
     */
    public static int create() {
        MemorySegment state = NativeFunctions.state();
        long flags = Constants.value("TFD_CLOEXEC") | Constants.value("TFD_NONBLOCK");
        try {
            int result = (int) (long)
                    Create.HANDLE.invokeExact(state, (long) Constants.value("CLOCK_REALTIME"), flags, 0L, 0L, 0L, 0L);
            return result < 0 ? -NativeFunctions.errno(state) : result;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    /**
     * Lets the descriptor become readable once: at a point in time, or earlier if the clock is set.
     *
     * @param timerfd    a number of {@link #create}
     * @param epochNanos nanoseconds since 1970-01-01T00:00:00Z; the past makes it readable at once
     * @return 0 or {@code -errno}; {@code -ECANCELED} if the clock was set meanwhile, and the timer is armed all the
     *     same: timerfd_setup in Linux's fs/timerfd.c
     */
    public static int set(int timerfd, long epochNanos) {
        long nanos = Math.max(1, epochNanos); // 0 would disarm it
        long flags = Constants.value("TFD_TIMER_ABSTIME") | Constants.value("TFD_TIMER_CANCEL_ON_SET");
        MemorySegment state = NativeFunctions.state();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment time = arena.allocate(ITIMERSPEC_BYTES, Long.BYTES);
            time.set(ValueLayout.JAVA_LONG, VALUE_OFFSET, nanos / NANOS_PER_SECOND);
            time.set(ValueLayout.JAVA_LONG, VALUE_OFFSET + Long.BYTES, nanos % NANOS_PER_SECOND);
            int result = (int) (long) Settime.HANDLE.invokeExact(
                    state, (long) timerfd, flags, time.address(), Settime.NO_OLD_VALUE, 0L, 0L);
            return result < 0 ? -NativeFunctions.errno(state) : 0;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    static List<CStruct> cStructs() {
        return List.of(CStruct.of("struct itimerspec", ITIMERSPEC_BYTES)
                .with("it_interval", 0, TIMESPEC_BYTES)
                .with("it_value", VALUE_OFFSET, TIMESPEC_BYTES));
    }
}
