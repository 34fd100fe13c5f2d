package io.fdflux.posix.socket;

import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.io.IoVectors;
import io.fdflux.posix.platform.Platform;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;

/**
 * Receives several datagrams per call, each into its own memory, with their senders and lengths. One thread at a time.
 * The caller keeps the memory's owner reachable until {@link #receive} returns.
 */
public final class IncomingDatagrams {

    /** The most datagrams per call. */
    public static final int CAPACITY = MessageHeaders.CAPACITY;

    private static final int MSG_TRUNC = Constants.value("MSG_TRUNC");
    private static final boolean REPORTS_WHOLE_LENGTH = Platform.current().os() == Platform.Os.LINUX;
    private static final int IPPROTO_UDP = Constants.value("IPPROTO_UDP");
    private static final int UDP_GRO = Constants.find("UDP_GRO").orElse(-1);
    private static final int IPPROTO_IP = Constants.value("IPPROTO_IP");
    private static final int IPPROTO_IPV6 = Constants.value("IPPROTO_IPV6");
    private static final int DESTINATION = SocketOption.RECVORIGDSTADDR.number();
    private static final int DESTINATION6 = SocketOption.RECVORIGDSTADDR6.number();
    /** Space for control messages of other options that the user sets, such as SO_TIMESTAMP. */
    private static final int OTHER_OPTIONS_BYTES = 256;

    private static final int CONTROL_BYTES = ControlMessages.space(Integer.BYTES)
            + ControlMessages.space(SocketAddressBuffer.IPV6_BYTES)
            + OTHER_OPTIONS_BYTES;

    private final MessageHeaders headers = new MessageHeaders();
    private final IoVectors vectors = new IoVectors(CAPACITY);
    private final int[] capacities = new int[CAPACITY];
    private final SocketAddressBuffer[] senders = new SocketAddressBuffer[CAPACITY];
    private final SocketAddressBuffer destination = new SocketAddressBuffer();
    private final ControlMessages[] controls = new ControlMessages[CAPACITY];

    /** Makes an instance without memory for datagrams. */
    public IncomingDatagrams() {}

    /**
     * Whether one call can receive several datagrams.
     *
     * @return false without recvmmsg(2); then {@link #receive} receives one
     */
    public static boolean severalAtOnce() {
        return MessageHeaders.receivesSeveral();
    }

    /** Removes the memory of all datagrams. */
    public void clear() {
        vectors.clear();
    }

    /**
     * Adds memory for one datagram.
     *
     * @param address where to store its bytes
     * @param length  the most bytes, positive
     * @return false if there is memory for {@link #CAPACITY} already
     */
    public boolean add(long address, int length) {
        int index = vectors.count();
        if (length <= 0) {
            throw new IllegalArgumentException("a datagram needs memory: " + length + " bytes");
        }
        if (!vectors.add(address, length)) {
            return false;
        }
        capacities[index] = length;
        return true;
    }

    /**
     * recvmmsg(2), or recvmsg(2) for one.
     *
     * @param fd      a datagram socket
     * @param details whether {@link #segmentBytes} and {@link #originalDestination} will be used
     * @return the number of datagrams, or {@code -errno}
     */
    public int receive(int fd, boolean details) {
        int count = MessageHeaders.receivesSeveral() ? vectors.count() : Math.min(vectors.count(), 1);
        if (count == 0) {
            throw new IllegalStateException("there is no memory to receive into");
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
        header.vectors(vectors.address(index), 1);
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
     * The number of bytes of a datagram in its memory.
     *
     * @param index of the datagram, from 0
     * @return its length, or that of its memory if it is truncated
     */
    public int length(int index) {
        return Math.min(headers.length(index), capacities[index]);
    }

    /**
     * Whether a datagram was longer than its memory, so that its end is lost.
     *
     * @param index of the datagram
     * @return true if it is truncated
     */
    public boolean isTruncated(int index) {
        return (headers.get(index).flags() & MSG_TRUNC) != 0;
    }

    /**
     * The length of a datagram, before truncation.
     *
     * @param index of the datagram
     * @return its length; -1 if it is truncated on another system than Linux
     */
    public int wholeLength(int index) {
        return isTruncated(index) && !REPORTS_WHOLE_LENGTH ? -1 : headers.length(index);
    }

    /**
     * The size of the sender's datagrams that the kernel joined into this one: UDP_GRO in udp(7). Valid only after a
     * {@link #receive} with details.
     *
     * @param index of the datagram
     * @return bytes of each, except of a shorter last one; 0 if it is one datagram
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
     * The destination of a datagram: IP_RECVORIGDSTADDR in ip(7). It differs from the socket's address after a
     * redirection, and on a socket bound to a wildcard. Valid only after a {@link #receive} with details.
     *
     * @param index of the datagram
     * @return the address, or null if the kernel reported none
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
     * The sender of an Internet datagram.
     *
     * @param index of the datagram
     * @return the address, or null if the kernel reported none
     */
    public InetSocketAddress sender(int index) {
        return filled(index).decode();
    }

    /**
     * The sender of a Unix-domain datagram.
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
