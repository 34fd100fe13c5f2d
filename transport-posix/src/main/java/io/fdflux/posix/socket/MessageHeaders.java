package io.fdflux.posix.socket;

import static io.fdflux.posix.ffi.NativeFunctions.ADDRESS;
import static io.fdflux.posix.ffi.NativeFunctions.INT;
import static io.fdflux.posix.ffi.NativeFunctions.LONG;

import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.CStruct;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.NativeFunctions;
import io.fdflux.posix.ffi.NewerCall;
import io.fdflux.posix.platform.Platform;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.util.List;

/**
 * Sends and receives several messages per call, with sendmmsg(2) and recvmmsg(2) on an array of {@code struct mmsghdr}.
 * Without these calls, it sends with a call per message and receives one message. One thread at a time. The caller
 * keeps the memory of the headers' addresses, vectors and control messages reachable.
 *
 * <pre>
 *            0       48           56      64
 * Linux     | msghdr             | len u32| gap |
 * BSD       | msghdr | len u32   | gap |          FreeBSD: len i64
 * </pre>
 */
final class MessageHeaders {

    static final int CAPACITY = 64;

    private static final boolean WIDE_COUNTS = Platform.current().os() == Platform.Os.FREEBSD;
    private static final int LENGTH = MessageHeader.BYTES;
    private static final int LENGTH_BYTES = WIDE_COUNTS ? Long.BYTES : Integer.BYTES;
    private static final int BYTES = LENGTH + Long.BYTES;
    private static final int SEND_FLAGS = Constants.flag("MSG_NOSIGNAL");
    /** With MSG_TRUNC, Linux reports the length of a datagram before truncation: recv(2). The BSDs do not. */
    private static final int RECEIVE_FLAGS =
            Platform.current().os() == Platform.Os.LINUX ? Constants.value("MSG_TRUNC") : 0;

    private static final long NO_TIMEOUT = 0;

    private static final class Sendmmsg {
        static final MethodHandle HANDLE = NativeFunctions.link(
                "sendmmsg",
                WIDE_COUNTS
                        ? FunctionDescriptor.of(LONG, INT, ADDRESS, LONG, INT)
                        : FunctionDescriptor.of(INT, INT, ADDRESS, INT, INT));
    }

    private static final class Recvmmsg {
        static final MethodHandle HANDLE = NativeFunctions.link(
                "recvmmsg",
                WIDE_COUNTS
                        ? FunctionDescriptor.of(LONG, INT, ADDRESS, LONG, INT, ADDRESS)
                        : FunctionDescriptor.of(INT, INT, ADDRESS, INT, INT, ADDRESS));
    }

    static final class Available {
        /** macOS has neither call, and no check covers DragonFly's. */
        private static final boolean KNOWN = switch (Platform.current().os()) {
            case LINUX, FREEBSD, NETBSD, OPENBSD -> true;
            case MACOS, DRAGONFLY -> false;
        };

        static final NewerCall SENDMMSG = NewerCall.of(KNOWN && NativeFunctions.has("sendmmsg"));
        static final NewerCall RECVMMSG = NewerCall.of(KNOWN && NativeFunctions.has("recvmmsg"));
    }

    private final MemorySegment memory = Arena.ofAuto().allocate((long) CAPACITY * BYTES, Long.BYTES);
    private final MessageHeader[] headers = new MessageHeader[CAPACITY];

    static boolean receivesSeveral() {
        return Available.RECVMMSG.isTried();
    }

    MessageHeader get(int index) {
        if (headers[index] == null) {
            headers[index] = new MessageHeader(memory.asSlice((long) index * BYTES, BYTES));
        }
        return headers[index];
    }

    /** The bytes of a sent or received message. */
    int length(int index) {
        return memory.get(ValueLayout.JAVA_INT, (long) index * BYTES + LENGTH);
    }

    private void length(int index, int bytes) {
        memory.set(ValueLayout.JAVA_INT, (long) index * BYTES + LENGTH, bytes);
    }

    /**
     * Sends the first messages.
     *
     * @param count the number of messages
     * @return the number sent, at least one, or the {@code -errno} of the first
     */
    int send(int fd, int count) {
        if (count > 1 && Available.SENDMMSG.isTried()) {
            int sent = sendSeveral(fd, count);
            if (!Available.SENDMMSG.isRefusal(sent)) {
                return sent;
            }
            return Available.SENDMMSG.stoodIn(sendEach(fd, count));
        }
        return sendEach(fd, count);
    }

    private int sendEach(int fd, int count) {
        for (int i = 0; i < count; i++) {
            int result = Messages.send(fd, get(i));
            if (result < 0) {
                return i == 0 ? result : i;
            }
            length(i, result);
        }
        return count;
    }

    /**
     * Receives into the first headers.
     *
     * @param count the number of headers
     * @return the number of messages, at least one, or {@code -errno}
     */
    int receive(int fd, int count) {
        if (count > 1 && Available.RECVMMSG.isTried()) {
            int received = receiveSeveral(fd, count);
            if (!Available.RECVMMSG.isRefusal(received)) {
                return received;
            }
            return Available.RECVMMSG.stoodIn(receiveOne(fd));
        }
        return receiveOne(fd);
    }

    private int receiveOne(int fd) {
        int result = Messages.receive(fd, get(0), RECEIVE_FLAGS);
        if (result < 0) {
            return result;
        }
        length(0, result);
        return 1;
    }

    private int sendSeveral(int fd, int count) {
        MemorySegment state = NativeFunctions.state();
        while (true) {
            int n;
            try {
                n = (int) (long) Sendmmsg.HANDLE.invokeExact(
                        state, (long) fd, memory.address(), (long) count, (long) SEND_FLAGS, 0L, 0L);
            } catch (Throwable t) {
                throw NativeFunctions.rethrow(t);
            } finally {
                Reference.reachabilityFence(this);
            }
            if (n > 0) {
                return checked(n, count);
            }
            int errno = n == 0 ? Errno.EAGAIN : NativeFunctions.errno(state);
            if (errno != Errno.EINTR) {
                return -errno;
            }
        }
    }

    private int receiveSeveral(int fd, int count) {
        MemorySegment state = NativeFunctions.state();
        while (true) {
            int n;
            try {
                n = (int) (long) Recvmmsg.HANDLE.invokeExact(
                        state, (long) fd, memory.address(), (long) count, (long) RECEIVE_FLAGS, NO_TIMEOUT, 0L);
            } catch (Throwable t) {
                throw NativeFunctions.rethrow(t);
            } finally {
                Reference.reachabilityFence(this);
            }
            if (n > 0) {
                return checked(n, count);
            }
            int errno = n == 0 ? Errno.EAGAIN : NativeFunctions.errno(state);
            if (errno != Errno.EINTR) {
                return -errno;
            }
        }
    }

    private static int checked(int n, int count) {
        if (n > count) {
            throw new IllegalStateException("the kernel claims to have moved " + n + " messages of " + count);
        }
        return n;
    }

    static List<CStruct> cStructs() {
        return switch (Platform.current().os()) {
            case LINUX, FREEBSD, NETBSD, OPENBSD ->
                List.of(CStruct.of("struct mmsghdr", BYTES)
                        .with("msg_hdr", 0, MessageHeader.BYTES)
                        .with("msg_len", LENGTH, LENGTH_BYTES));
            case MACOS, DRAGONFLY -> List.of();
        };
    }
}
