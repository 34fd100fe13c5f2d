package io.fdflux.posix.socket;

import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.io.IoVectors;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;

/**
 * Datagrams for one call to send, each gathered from one or more pieces of memory. One thread at a time; the caller
 * keeps the memory's owners reachable until {@link #send} has returned.
 */
public final class OutgoingDatagrams {

    /** Pieces of memory that all datagrams of one call have at most. */
    public static final int CAPACITY = IoVectors.CAPACITY;

    /** Bytes that a segment has at most. */
    public static final int LARGEST_SEGMENT = 0xffff;

    private static final int IPPROTO_UDP = Constants.value("IPPROTO_UDP");
    private static final int UDP_SEGMENT = Constants.find("UDP_SEGMENT").orElse(-1);
    private static final int CONTROL_BYTES = ControlMessages.space(Short.BYTES);

    private final MessageHeaders headers = new MessageHeaders();
    private final IoVectors parts = new IoVectors();
    private final SocketAddressBuffer[] recipients = new SocketAddressBuffer[MessageHeaders.CAPACITY];
    private final ControlMessages[] controls = new ControlMessages[MessageHeaders.CAPACITY];
    private int count;
    /** Of the datagram begun last. */
    private long firstPart;

    private int partCount;

    /** Makes an instance without datagrams. */
    public OutgoingDatagrams() {}

    /** {@return whether the system cuts what is sent into datagrams: UDP_SEGMENT, Linux} */
    public static boolean segmentsAvailable() {
        return UDP_SEGMENT >= 0;
    }

    /** Forgets all datagrams. */
    public void clear() {
        count = 0;
        parts.clear();
    }

    /** {@return how many datagrams there are} */
    public int count() {
        return count;
    }

    /**
     * How many bytes were sent.
     *
     * @param sent what {@link #send} returned, positive
     * @return the sum of those datagrams' lengths
     */
    public long bytes(int sent) {
        long bytes = 0;
        for (int i = 0; i < sent; i++) {
            bytes += headers.length(i);
        }
        return bytes;
    }

    /**
     * Begins a datagram, for the socket's peer unless a recipient is set. Its parts follow.
     *
     * @param mostParts how many parts it will have at most
     * @return false if there is no room for it in this call
     */
    public boolean begin(int mostParts) {
        if (count == MessageHeaders.CAPACITY || parts.count() + mostParts > CAPACITY) {
            return false;
        }
        MessageHeader header = headers.get(count);
        header.name(MemorySegment.NULL, 0);
        firstPart = parts.address(parts.count());
        partCount = 0;
        header.vectors(firstPart, 0);
        header.control(MemorySegment.NULL, 0);
        count++;
        return true;
    }

    /**
     * Adds a part to the datagram that was begun last.
     *
     * @param address where its bytes are; not looked at if there are none
     * @param length  how many
     */
    public void part(long address, int length) {
        if (!parts.add(address, length)) {
            throw new IllegalStateException("more parts than were announced");
        }
        if (length > 0) {
            headers.get(count - 1).vectors(firstPart, ++partCount);
        }
    }

    /**
     * Sets the recipient of the datagram that was begun last.
     *
     * @param recipient a resolved address
     * @param ipv6      whether the socket is an IPv6 one
     */
    public void recipient(InetSocketAddress recipient, boolean ipv6) {
        SocketAddressBuffer buffer = recipientBuffer();
        headers.get(count - 1).name(buffer.storage(), buffer.encode(recipient, ipv6));
    }

    /**
     * Sets the recipient of the datagram that was begun last.
     *
     * @param path the name of a Unix-domain socket
     * @throws IOException if the name can't be one
     */
    public void recipient(String path) throws IOException {
        SocketAddressBuffer buffer = recipientBuffer();
        headers.get(count - 1).name(buffer.storage(), buffer.encode(UnixName.of("sendto", path)));
    }

    private SocketAddressBuffer recipientBuffer() {
        int index = count - 1;
        if (recipients[index] == null) {
            recipients[index] = new SocketAddressBuffer();
        }
        return recipients[index];
    }

    /**
     * Has the kernel (or the network card) cut what was begun last into datagrams: udp(7), UDP_SEGMENT.
     *
     * @param bytes of each but the last; 1 to 65,535
     */
    public void segments(int bytes) {
        if (bytes <= 0 || bytes > LARGEST_SEGMENT) {
            throw new IllegalArgumentException("size of a segment: " + bytes + " (expected: 1 to 65535)");
        }
        int index = count - 1;
        if (controls[index] == null) {
            controls[index] = new ControlMessages(CONTROL_BYTES);
        }
        ControlMessages control = controls[index];
        control.clear();
        control.add(IPPROTO_UDP, UDP_SEGMENT, Short.BYTES).set(ValueLayout.JAVA_SHORT, 0, (short) bytes);
        headers.get(index).control(control.memory(), control.used());
    }

    /**
     * sendmmsg(2), or sendmsg(2) for each where there is no such call.
     *
     * @param fd a datagram socket
     * @return how many were sent, from the first on and at least one; or the {@code -errno} of the first: the others
     *     were not tried
     */
    public int send(int fd) {
        if (count == 0) {
            throw new IllegalStateException("there is no datagram to send");
        }
        return headers.send(fd, count);
    }
}
