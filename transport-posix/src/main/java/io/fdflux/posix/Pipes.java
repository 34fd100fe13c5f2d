package io.fdflux.posix;

import static io.fdflux.posix.ffi.NativeFunctions.INT;

import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.NativeFunctions;
import io.fdflux.posix.ffi.NewerCall;
import io.fdflux.posix.ffi.RawDescriptors;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Makes pairs of connected descriptors with pipe(2) and socketpair(2), non-blocking and closed on exec. Thread-safe.
 */
public final class Pipes {

    private static final class Pipe {
        static final MethodHandle HANDLE =
                NativeFunctions.link("pipe", FunctionDescriptor.of(INT, NativeFunctions.ADDRESS));
    }

    /** Saves three calls, and the link of fcntl(2), which takes 20 ms of a start. macOS lacks it. */
    private static final class Pipe2 {
        static final NewerCall NEWER = NewerCall.of("pipe2");
        static final MethodHandle HANDLE =
                NativeFunctions.link("pipe2", FunctionDescriptor.of(INT, NativeFunctions.ADDRESS, INT));
        static final int FLAGS = Constants.value("O_CLOEXEC") | Constants.value("O_NONBLOCK");
    }

    private static final class Socketpair {
        static final MethodHandle HANDLE =
                NativeFunctions.link("socketpair", FunctionDescriptor.of(INT, INT, INT, INT, NativeFunctions.ADDRESS));
    }

    /**
     * Two descriptors.
     *
     * @param first  a pipe's reading end, or one end of a socket pair
     * @param second a pipe's writing end, or the other end
     */
    public record Pair(Descriptor first, Descriptor second) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            try (Descriptor a = first;
                    Descriptor b = second) {
                assert a != b;
            }
        }
    }

    private static final class Pagesize {
        static final MethodHandle HANDLE = NativeFunctions.link("getpagesize", FunctionDescriptor.of(INT));
    }

    private static final class Capacity {
        static final Optional<Integer> GET = Constants.find("F_GETPIPE_SZ");
        static final Optional<Integer> SET = Constants.find("F_SETPIPE_SZ");
    }

    private Pipes() {}

    /**
     * The largest packet of a pipe in packet mode. It is a page, see pipe_write in Linux's fs/pipe.c, although pipe(2)
     * says PIPE_BUF.
     *
     * @return bytes
     */
    public static int largestPacket() {
        try {
            return (int) (long) Pagesize.HANDLE.invokeExact(NativeFunctions.state(), 0L, 0L, 0L, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    /**
     * Makes a pipe.
     *
     * @return its ends; the caller closes them
     * @throws IOException if the process has no descriptors left
     */
    public static Pair pipe() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment numbers = arena.allocate(INT, 2);
            if (Pipe2.NEWER.isTried()) {
                int result = call(Pipe2.HANDLE, numbers.address(), Pipe2.FLAGS, 0, 0);
                if (!Pipe2.NEWER.isRefusal(result)) {
                    return opened("pipe2", result, numbers);
                }
            }
            int result = Pipe2.NEWER.stoodIn(call(Pipe.HANDLE, numbers.address(), 0, 0, 0));
            return withFlags(opened("pipe", result, numbers));
        }
    }

    /**
     * Asks for a larger pipe. The kernel may refuse: see pipe-max-size and pipe-user-pages-soft in pipe(7).
     *
     * @param end   of a pipe
     * @param bytes that it should hold
     * @return the capacity that it has now, in bytes; 0 where the system does not tell it: any but Linux
     */
    public static int enlarge(Descriptor end, int bytes) {
        if (Capacity.GET.isEmpty() || Capacity.SET.isEmpty()) {
            return 0;
        }
        int capacity = RawDescriptors.fcntl(end.number(), Capacity.SET.get(), bytes);
        return capacity > 0 ? capacity : Math.max(0, RawDescriptors.fcntl(end.number(), Capacity.GET.get(), 0));
    }

    /**
     * Makes a pair of connected Unix-domain stream sockets.
     *
     * @return its ends; the caller closes them
     * @throws IOException if the process has no descriptors left
     */
    public static Pair socketPair() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment numbers = arena.allocate(INT, 2);
            int result = call(
                    Socketpair.HANDLE,
                    Constants.value("AF_UNIX"),
                    Constants.value("SOCK_STREAM"),
                    0,
                    numbers.address());
            return withFlags(opened("socketpair", result, numbers));
        }
    }

    private static Pair opened(String call, int result, MemorySegment numbers) throws IOException {
        if (result < 0) {
            throw Errno.exception(call, "", -result);
        }
        return new Pair(
                Descriptor.unshared(numbers.getAtIndex(INT, 0)), Descriptor.unshared(numbers.getAtIndex(INT, 1)));
    }

    private static Pair withFlags(Pair pair) throws IOException {
        for (Descriptor end : new Descriptor[] {pair.first(), pair.second()}) {
            int flags = RawDescriptors.setFlags(end.number());
            if (flags < 0) {
                pair.close();
                throw Errno.exception("fcntl", end, -flags);
            }
        }
        return pair;
    }

    private static int call(MethodHandle handle, long first, long second, long third, long fourth) {
        MemorySegment state = NativeFunctions.state();
        try {
            int result = (int) (long) handle.invokeExact(state, first, second, third, fourth, 0L, 0L);
            return result < 0 ? -NativeFunctions.errno(state) : result;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }
}
