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
 * Descriptors sent and received over a Unix-domain socket (SCM_RIGHTS, unix(7)): each travels with at least one byte,
 * and arrives as a new number of the receiving process for the same open file. One thread at a time; memory for one
 * message is kept, for as long as the object is reachable.
 *
 * <p>What is received belongs to this object until it is {@linkplain #take() taken}: what nobody takes is closed by the
 * next {@link #receive} or by {@link #discard()}, so that a peer can't fill the process with descriptors.
 */
public final class DescriptorMessage {

    /** The most that one message can carry: Linux's SCM_MAX_FD, the least of the systems here that name a limit. */
    public static final int MAX_DESCRIPTORS = 253;

    /**
     * macOS puts all descriptors of a message into the process, and loses the numbers of those that it finds no room
     * for: there is room for as many as it lets anybody send (UIPC_MAX_CMSG_FD). The others close what does not fit.
     */
    private static final int LEAST_ROOM = Platform.current().os() == Platform.Os.MACOS ? 512 : 0;

    private static final int SOL_SOCKET = Constants.value("SOL_SOCKET");
    private static final int SCM_RIGHTS = Constants.value("SCM_RIGHTS");
    private static final int RECEIVE_FLAGS = Constants.flag("MSG_CMSG_CLOEXEC");
    private static final int F_SETFD = Constants.value("F_SETFD");
    private static final int FD_CLOEXEC = Constants.value("FD_CLOEXEC");

    private final int capacity;
    private final MessageHeader header = new MessageHeader();
    private final IoVectors bytes = new IoVectors();
    private final MemorySegment carrier = Arena.ofAuto().allocate(1);
    private final ControlMessages control;
    private final int[] received;
    private int count;
    private int taken;
    private boolean truncated;

    /**
     * Makes room for messages.
     *
     * @param capacity the most descriptors in one message, at most {@link #MAX_DESCRIPTORS}; what a message that is
     *     received has more, the kernel closes
     */
    public DescriptorMessage(int capacity) {
        this(capacity, LEAST_ROOM);
    }

    DescriptorMessage(int capacity, int leastCapacity) {
        if (capacity < 0 || capacity > MAX_DESCRIPTORS) {
            throw new IllegalArgumentException(
                    "a message carries up to " + MAX_DESCRIPTORS + " descriptors, not " + capacity);
        }
        this.capacity = capacity;
        int room = Math.max(capacity, leastCapacity);
        control = new ControlMessages(capacity == 0 ? 0 : ControlMessages.space(room * Integer.BYTES));
        received = new int[capacity];
        header.name(MemorySegment.NULL, 0);
    }

    /**
     * sendmsg(2): bytes, and duplicates of descriptors with the first of them. The descriptors stay open here; the
     * caller may close them once they are sent.
     *
     * @param fd          a connected Unix-domain socket
     * @param address     where the bytes are
     * @param length      how many, positive
     * @param descriptors the numbers, at least one
     * @return bytes sent: if any, the descriptors are sent too; or {@code -errno}
     */
    public int send(int fd, long address, int length, int... descriptors) {
        if (descriptors.length == 0 || descriptors.length > capacity) {
            throw new IllegalArgumentException(
                    "no room for " + descriptors.length + " descriptors in a message of up to " + capacity);
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
     * sendmsg(2): descriptors, with one byte that means nothing.
     *
     * @param fd          a connected Unix-domain socket
     * @param descriptors the numbers, at least one
     * @return 1 if they are sent, or {@code -errno}
     */
    public int send(int fd, int... descriptors) {
        return send(fd, carrier.address(), 1, descriptors);
    }

    /**
     * recvmsg(2): one byte, and the descriptors that came with it, as {@link #receive(int, long, int)} does.
     *
     * @param fd a connected Unix-domain socket
     * @return 1, 0 at the end of a stream, or {@code -errno}
     */
    public int receive(int fd) {
        return receive(fd, carrier.address(), 1);
    }

    /**
     * recvmsg(2): bytes, and the descriptors that came with them, closed on exec. Closes those of the message before
     * that were not taken. A stream never mixes the descriptors of two messages in one call.
     *
     * @param fd      a connected Unix-domain socket
     * @param address where to put the bytes
     * @param length  how many at most, positive
     * @return bytes received, 0 at the end of a stream, or {@code -errno}
     */
    public int receive(int fd, long address, int length) {
        discard();
        vector(address, length);
        // Not so much as an empty buffer where none are wanted: the kernels would put the descriptors into the process
        // first (macOS leaves them there, OpenBSD fails the call with EMSGSIZE).
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

    /** {@return how many descriptors of the last message are still to be taken} */
    public int remaining() {
        return count - taken;
    }

    /**
     * Takes the next descriptor of the last message, in the order in which they were sent.
     *
     * @return its owner, or null if there is none left
     */
    public Descriptor take() {
        return taken < count ? Descriptor.of(received[taken++]) : null;
    }

    /**
     * Whether the last message had more descriptors than there was room for, or than this process may have open (then
     * Linux gives those before the limit): the kernel has closed them. Not every BSD tells.
     *
     * @return MSG_CTRUNC of recvmsg(2)
     */
    public boolean isTruncated() {
        return truncated;
    }

    /** Closes what was received and not taken. */
    public void discard() {
        while (taken < count) {
            RawDescriptors.close(received[taken++]);
        }
        count = 0;
        taken = 0;
        truncated = false;
    }
}
