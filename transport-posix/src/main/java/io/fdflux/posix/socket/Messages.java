package io.fdflux.posix.socket;

import static io.fdflux.posix.ffi.NativeFunctions.ADDRESS;
import static io.fdflux.posix.ffi.NativeFunctions.INT;
import static io.fdflux.posix.ffi.NativeFunctions.LONG;

import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.NativeFunctions;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;

/**
 * Calls sendmsg(2) and recvmsg(2), which transfer addresses and control messages besides bytes. Thread-safe. EINTR
 * is retried.
 */
final class Messages {

    static final int MSG_TRUNC = Constants.value("MSG_TRUNC");
    static final int MSG_CTRUNC = Constants.value("MSG_CTRUNC");

    private static final int SEND_FLAGS = Constants.flag("MSG_NOSIGNAL");
    private static final FunctionDescriptor MESSAGE = FunctionDescriptor.of(LONG, INT, ADDRESS, INT);

    private static final class Sendmsg {
        static final MethodHandle HANDLE = NativeFunctions.link("sendmsg", MESSAGE);
    }

    private static final class Recvmsg {
        static final MethodHandle HANDLE = NativeFunctions.link("recvmsg", MESSAGE);
    }

    private Messages() {}

    /** Bytes sent, or {@code -errno}; never raises SIGPIPE. */
    static int send(int fd, MessageHeader header) {
        return send(fd, header, 0);
    }

    /** As {@link #send(int, MessageHeader)}, with more flags. */
    static int send(int fd, MessageHeader header, int flags) {
        MemorySegment state = NativeFunctions.state();
        long n;
        do {
            try {
                n = (long) Sendmsg.HANDLE.invokeExact(
                        state, (long) fd, header.memory().address(), (long) (SEND_FLAGS | flags), 0L, 0L, 0L);
            } catch (Throwable t) {
                throw NativeFunctions.rethrow(t);
            } finally {
                Reference.reachabilityFence(header);
            }
        } while (isInterrupted(n, state));
        return moved(n, state);
    }

    /** Bytes received, 0 at the end of a stream or for an empty datagram, or {@code -errno}. */
    static int receive(int fd, MessageHeader header, int flags) {
        MemorySegment state = NativeFunctions.state();
        long n;
        do {
            try {
                n = (long) Recvmsg.HANDLE.invokeExact(
                        state, (long) fd, header.memory().address(), (long) flags, 0L, 0L, 0L);
            } catch (Throwable t) {
                throw NativeFunctions.rethrow(t);
            } finally {
                Reference.reachabilityFence(header);
            }
        } while (isInterrupted(n, state));
        return moved(n, state);
    }

    private static boolean isInterrupted(long n, MemorySegment state) {
        return n < 0 && NativeFunctions.errno(state) == Errno.EINTR;
    }

    private static int moved(long n, MemorySegment state) {
        return n < 0 ? -NativeFunctions.errno(state) : Math.toIntExact(n);
    }
}
