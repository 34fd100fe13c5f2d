package io.fdflux.posix;

import static io.fdflux.posix.ffi.NativeFunctions.INT;

import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.NativeFunctions;
import io.fdflux.posix.ffi.RawDescriptors;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
        return pair("pipe", Pipe.HANDLE, false);
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
        return pair("socketpair", Socketpair.HANDLE, true);
    }

    private static Pair pair(String call, MethodHandle handle, boolean socket) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment numbers = arena.allocate(ValueLayout.JAVA_INT, 2);
            MemorySegment state = NativeFunctions.state();
            int result;
            try {
                result = socket
                        ? (int) (long) handle.invokeExact(
                                state,
                                (long) Constants.value("AF_UNIX"),
                                (long) Constants.value("SOCK_STREAM"),
                                0L,
                                numbers.address(),
                                0L,
                                0L)
                        : (int) (long) handle.invokeExact(state, numbers.address(), 0L, 0L, 0L, 0L, 0L);
            } catch (Throwable t) {
                throw NativeFunctions.rethrow(t);
            }
            if (result < 0) {
                throw Errno.exception(call, "", NativeFunctions.errno(state));
            }
            Pair pair = new Pair(
                    Descriptor.unshared(numbers.getAtIndex(INT, 0)), Descriptor.unshared(numbers.getAtIndex(INT, 1)));
            for (Descriptor end : new Descriptor[] {pair.first(), pair.second()}) {
                int flags = RawDescriptors.setFlags(end.number());
                if (flags < 0) {
                    pair.close();
                    throw Errno.exception("fcntl", end, -flags);
                }
            }
            return pair;
        }
    }
}
