package io.fdflux.posix.socket;

import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.io.IoVectors;
import io.fdflux.posix.platform.Platform;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;

/**
 * Room for datagrams that one call receives, and what it told of each. One thread at a time; the caller keeps the
 * memory's owner reachable until {@link #receive} has returned.
 */
public final class IncomingDatagrams {

    /** Datagrams that one call receives at most. */
    public static final int CAPACITY = MessageHeaders.CAPACITY;

    private static final int MSG_TRUNC = Constants.value("MSG_TRUNC");
    private static final boolean TELLS_WHOLE_LENGTH = Platform.current().os() == Platform.Os.LINUX;
    private static final int IPPROTO_UDP = Constants.value("IPPROTO_UDP");
    private static final int UDP_GRO = Constants.find("UDP_GRO").orElse(-1);
    private static final int IPPROTO_IP = Constants.value("IPPROTO_IP");
    private static final int IPPROTO_IPV6 = Constants.value("IPPROTO_IPV6");
    private static final int DESTINATION = SocketOption.RECVORIGDSTADDR.number();
    private static final int DESTINATION6 = SocketOption.RECVORIGDSTADDR6.number();
    /** What options of the user's own (SO_TIMESTAMP and the like) bring along must not push ours out. */
    private static final int ROOM_FOR_OTHERS = 256;

    private static final int CONTROL_BYTES = ControlMessages.space(Integer.BYTES)
            + ControlMessages.space(SocketAddressBuffer.IPV6_BYTES)
            + ROOM_FOR_OTHERS;

    private final MessageHeaders headers = new MessageHeaders();
    private final IoVectors rooms = new IoVectors();
    private final int[] roomBytes = new int[CAPACITY];
    private final SocketAddressBuffer[] senders = new SocketAddressBuffer[CAPACITY];
    private final SocketAddressBuffer destination = new SocketAddressBuffer();
    private final ControlMessages[] controls = new ControlMessages[CAPACITY];

    /** Makes an instance without room. */
    public IncomingDatagrams() {}

    /**
     * Whether one call can receive several datagrams here.
     *
     * @return false where there is no recvmmsg(2): {@link #receive} takes one then
     */
    public static boolean severalAtOnce() {
        return MessageHeaders.receivesSeveral();
    }

    /** Forgets all room. */
    public void clear() {
        rooms.clear();
    }

    /**
     * Adds room for one datagram.
     *
     * @param address where to put its bytes
     * @param length  how many at most, positive
     * @return false if there is room for {@link #CAPACITY} already
     */
    public boolean add(long address, int length) {
        int index = rooms.count();
        if (length <= 0) {
            throw new IllegalArgumentException("a datagram needs memory: " + length + " bytes");
        }
        if (!rooms.add(address, length)) {
            return false;
        }
        roomBytes[index] = length;
        return true;
    }

    /**
     * recvmmsg(2), or recvmsg(2) for one.
     *
     * @param fd      a datagram socket
     * @param details whether {@link #segmentBytes} or {@link #originalDestination} are of interest
     * @return how many datagrams were received, or {@code -errno}
     */
    public int receive(int fd, boolean details) {
        int count = MessageHeaders.receivesSeveral() ? rooms.count() : Math.min(rooms.count(), 1);
        if (count == 0) {
            throw new IllegalStateException("there is no room to receive into");
        }
        for (int i = 0; i < count; i++) {
            prepare(i, details);
        }
        return headers.receive(fd, count);
    }

    private void prepare(int index, boolean details) {
        if (senders[index] == null) {
            senders[index] = new SocketAddressBuffer();
        }
        MessageHeader header = headers.get(index);
        header.name(senders[index].storage(), SocketAddressBuffer.STORAGE_BYTES);
        header.vectors(rooms.address(index), 1);
        if (details) {
            if (controls[index] == null) {
                controls[index] = new ControlMessages(CONTROL_BYTES);
            }
            header.control(controls[index].memory(), controls[index].capacity());
        } else {
            header.control(MemorySegment.NULL, 0);
        }
    }

    /**
     * How many bytes of a datagram are in the memory given for it.
     *
     * @param index of the datagram, from 0
     * @return its length, or that of its room if it is cut
     */
    public int length(int index) {
        return Math.min(headers.length(index), roomBytes[index]);
    }

    /**
     * Whether a datagram was longer than its room. What did not fit is lost.
     *
     * @param index of the datagram
     * @return true if it is cut
     */
    public boolean isCut(int index) {
        return (headers.get(index).flags() & MSG_TRUNC) != 0;
    }

    /**
     * How long a datagram was.
     *
     * @param index of the datagram
     * @return its length; -1 if it is cut and the system (any but Linux) does not tell
     */
    public int wholeLength(int index) {
        return isCut(index) && !TELLS_WHOLE_LENGTH ? -1 : headers.length(index);
    }

    /**
     * The size of the datagrams of one sender that the kernel has joined into this one: udp(7), UDP_GRO.
     *
     * @param index of the datagram
     * @return bytes of each but the last, which may be shorter; 0 if it is one datagram. Only where {@link #receive}
     *     was told that it is of interest
     */
    public int segmentBytes(int index) {
        ControlMessages control = controls[index];
        control.received(headers.get(index).controlLength());
        while (control.next()) {
            if (control.is(IPPROTO_UDP, UDP_GRO)) {
                return Math.max(0, control.intAt(0));
            }
        }
        return 0;
    }

    /**
     * Where a datagram was sent to, which is not this socket's address where it is bound to a wildcard or was
     * redirected: ip(7), IP_RECVORIGDSTADDR.
     *
     * @param index of the datagram
     * @return the address, or null if the kernel told none. Only where {@link #receive} was told that it is of interest
     */
    public InetSocketAddress originalDestination(int index) {
        ControlMessages control = controls[index];
        control.received(headers.get(index).controlLength());
        while (control.next()) {
            if (control.is(IPPROTO_IP, DESTINATION) || control.is(IPPROTO_IPV6, DESTINATION6)) {
                MemorySegment address = control.data();
                if (address.byteSize() <= SocketAddressBuffer.STORAGE_BYTES) {
                    destination.storage().copyFrom(address);
                    destination.filled((int) address.byteSize());
                    return destination.decode();
                }
            }
        }
        return null;
    }

    /**
     * Who sent a datagram, by Internet.
     *
     * @param index of the datagram
     * @return the address, or null if the kernel told none
     */
    public InetSocketAddress sender(int index) {
        return filled(index).decode();
    }

    /**
     * Who sent a datagram, on this machine.
     *
     * @param index of the datagram
     * @return the sender's name, or null if it has none
     */
    public String senderPath(int index) {
        return filled(index).decodePath();
    }

    private SocketAddressBuffer filled(int index) {
        senders[index].filled(headers.get(index).nameLength());
        return senders[index];
    }
}
