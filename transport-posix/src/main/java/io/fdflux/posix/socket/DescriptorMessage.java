package io.fdflux.posix.socket;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.RawDescriptors;
import io.fdflux.posix.io.IoVectors;
import io.fdflux.posix.platform.Platform;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Sends and receives descriptors over a Unix-domain socket: SCM_RIGHTS in unix(7). They travel with at least one byte
 * of data. In the receiving process each has a new number and the same open file description. One thread at a time. The
 * memory for one message lives while this object is reachable.
 *
 * <p>This object owns received descriptors until they are {@linkplain #take() taken}. The next {@link #receive} or
 * {@link #discard()} closes the others, so that a peer cannot exhaust the process's descriptors.
 */
public final class DescriptorMessage {

    /** The most descriptors per message: Linux's SCM_MAX_FD, the smallest limit of the platforms that have one. */
    public static final int MAX_DESCRIPTORS = 253;

    /**
     * macOS installs all descriptors of a message, but drops the numbers beyond the control buffer's capacity, which
     * leaks them. So the buffer holds as many as a sender may send: UIPC_MAX_CMSG_FD in bsd/kern/uipc_usrreq.c. The
     * other systems close the descriptors beyond the capacity.
     */
    private static final int LEAST_CAPACITY = Platform.current().os() == Platform.Os.MACOS ? 512 : 0;

    private static final int SOL_SOCKET = Constants.value("SOL_SOCKET");
    private static final int SCM_RIGHTS = Constants.value("SCM_RIGHTS");
    private static final int RECEIVE_FLAGS = Constants.flag("MSG_CMSG_CLOEXEC");
    private static final int F_SETFD = Constants.value("F_SETFD");
    private static final int FD_CLOEXEC = Constants.value("FD_CLOEXEC");

    private final int capacity;
    private final MessageHeader header = new MessageHeader();
    private final IoVectors bytes = new IoVectors(1);
    private final MemorySegment carrier = Arena.ofAuto().allocate(1);
    private final ControlMessages control;
    private final int[] received;
    private int count;
    private int taken;
    private boolean truncated;

    /**
     * Allocates memory for messages.
     *
     * @param capacity the most descriptors per message, up to {@link #MAX_DESCRIPTORS}. More descriptors in a received
     *     message are closed
     */
    public DescriptorMessage(int capacity) {
        this(capacity, LEAST_CAPACITY);
    }

    DescriptorMessage(int capacity, int leastCapacity) {
        if (capacity < 0 || capacity > MAX_DESCRIPTORS) {
            throw new IllegalArgumentException(
                    "a message carries up to " + MAX_DESCRIPTORS + " descriptors, not " + capacity);
        }
        this.capacity = capacity;
        int allocated = Math.max(capacity, leastCapacity);
        control = new ControlMessages(capacity == 0 ? 0 : ControlMessages.space(allocated * Integer.BYTES));
        received = new int[capacity];
        header.name(MemorySegment.NULL, 0);
    }

    /**
     * sendmsg(2): sends bytes, and duplicates of descriptors with the first byte. The caller may close the descriptors
     * after the call.
     *
     * @param fd          a connected Unix-domain socket
     * @param address     where the bytes are
     * @param length      how many, positive
     * @param descriptors the numbers, at least one
     * @return bytes sent, and with them all descriptors; or {@code -errno}
     */
    public int send(int fd, long address, int length, int... descriptors) {
        if (descriptors.length == 0 || descriptors.length > capacity) {
            throw new IllegalArgumentException(
                    "a message carries 1 to " + capacity + " descriptors, not " + descriptors.length);
        }
        control.clear();
        MemorySegment numbers = control.add(SOL_SOCKET, SCM_RIGHTS, descriptors.length * Integer.BYTES);
        for (int i = 0; i < descriptors.length; i++) {
            numbers.setAtIndex(ValueLayout.JAVA_INT, i, descriptors[i]);
        }
        vector(address, length);
        header.control(control.memory(), control.used());
        return Messages.send(fd, header);
    }

    /**
     * sendmsg(2): sends descriptors with one zero byte.
     *
     * @param fd          a connected Unix-domain socket
     * @param descriptors the numbers, at least one
     * @return 1 if they are sent, or {@code -errno}
     */
    public int send(int fd, int... descriptors) {
        return send(fd, carrier.address(), 1, descriptors);
    }

    /**
     * recvmsg(2): receives one byte and its descriptors, see {@link #receive(int, long, int)}.
     *
     * @param fd a connected Unix-domain socket
     * @return 1, 0 at the end of a stream, or {@code -errno}
     */
    public int receive(int fd) {
        return receive(fd, carrier.address(), 1);
    }

    /**
     * recvmsg(2): receives bytes and their descriptors, closed on exec. First closes descriptors of the previous
     * message that were not taken. On a stream one call never returns descriptors of two messages: unix(7), SCM_RIGHTS.
     *
     * @param fd      a connected Unix-domain socket
     * @param address where to store the bytes
     * @param length  the most bytes, positive
     * @return bytes received, 0 at the end of a stream, or {@code -errno}
     */
    public int receive(int fd, long address, int length) {
        discard();
        vector(address, length);
        // Pass null instead of an empty buffer, because kernels would install the descriptors first. macOS would leak
        // them, OpenBSD would fail the call with EMSGSIZE.
        header.control(capacity == 0 ? MemorySegment.NULL : control.memory(), control.capacity());
        int n = Messages.receive(fd, header, RECEIVE_FLAGS);
        if (n < 0) {
            return n;
        }
        truncated = (header.flags() & Messages.MSG_CTRUNC) != 0;
        control.received(header.controlLength());
        while (control.next()) {
            if (control.is(SOL_SOCKET, SCM_RIGHTS)) {
                keep(control.dataBytes() / Integer.BYTES);
            }
        }
        return n;
    }

    private void keep(int numbers) {
        for (int i = 0; i < numbers; i++) {
            int number = control.intAt(i);
            if (count == capacity) {
                RawDescriptors.close(number);
                truncated = true;
                continue;
            }
            received[count++] = number;
            if (RECEIVE_FLAGS == 0) {
                RawDescriptors.fcntl(number, F_SETFD, FD_CLOEXEC);
            }
        }
    }

    private void vector(long address, int length) {
        if (length <= 0) {
            throw new IllegalArgumentException("descriptors travel with at least one byte, not " + length);
        }
        bytes.clear();
        bytes.add(address, length);
        header.vectors(bytes.address(0), bytes.count());
    }

    /** {@return the number of descriptors of the last message that are not taken yet} */
    public int remaining() {
        return count - taken;
    }

    /**
     * Takes ownership of the next descriptor of the last message, in the sender's order.
     *
     * @return its owner, or null if none is left
     */
    public Descriptor take() {
        return taken < count ? Descriptor.of(received[taken++]) : null;
    }

    /**
     * Whether descriptors of the last message were closed on receipt. This happens beyond the capacity, and at the
     * limit of open descriptors, where Linux delivers the first ones: scm_detach_fds in net/core/scm.c. Some BSDs do
     * not report it.
     *
     * @return whether MSG_CTRUNC of recvmsg(2) is set, or a descriptor exceeded the capacity
     */
    public boolean isTruncated() {
        return truncated;
    }

    /** Closes the received descriptors that were not taken. */
    public void discard() {
        while (taken < count) {
            RawDescriptors.close(received[taken++]);
        }
        count = 0;
        taken = 0;
        truncated = false;
    }
}
