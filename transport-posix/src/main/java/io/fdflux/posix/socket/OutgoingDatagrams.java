package io.fdflux.posix.socket;

import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.io.IoVectors;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;

/**
 * Sends several datagrams per call, each gathered from one or more parts in memory. One thread at a time. The caller
 * keeps the parts' owners reachable until {@link #send} returns.
 */
public final class OutgoingDatagrams {

    /** The most parts of all datagrams of one call. */
    public static final int CAPACITY = MessageHeaders.CAPACITY;

    /** The most bytes of a segment. */
    public static final int LARGEST_SEGMENT = 0xffff;

    private static final int IPPROTO_UDP = Constants.value("IPPROTO_UDP");
    private static final int UDP_SEGMENT = Constants.find("UDP_SEGMENT").orElse(-1);
    private static final int CONTROL_BYTES = ControlMessages.space(Short.BYTES);

    private final MessageHeaders headers = new MessageHeaders();
    private final IoVectors parts = new IoVectors(CAPACITY);
    private final SocketAddressBuffer[] recipients = new SocketAddressBuffer[MessageHeaders.CAPACITY];
    private final ControlMessages[] controls = new ControlMessages[MessageHeaders.CAPACITY];
    private int count;
    /** Of the datagram that was begun last. */
    private long firstPart;

    private int partCount;

    /** Makes an instance without datagrams. */
    public OutgoingDatagrams() {}

    /** {@return whether the system can split a datagram into segments: UDP_SEGMENT of Linux, udp(7)} */
    public static boolean segmentsAvailable() {
        return UDP_SEGMENT >= 0;
    }

    /** Removes all datagrams. */
    public void clear() {
        count = 0;
        parts.clear();
    }

    /** {@return the number of datagrams} */
    public int count() {
        return count;
    }

    /**
     * The number of bytes sent.
     *
     * @param sent the result of {@link #send}, positive
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
     * @param mostParts the most parts it will have
     * @return false if they exceed the capacity of this call
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
     * @param address where its bytes are; ignored if there are none
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
     * @param ipv6      whether it is an IPv6 socket
     */
    public void recipient(InetSocketAddress recipient, boolean ipv6) {
        SocketAddressBuffer buffer = recipientBuffer();
        headers.get(count - 1).name(buffer.storage(), buffer.encode(recipient, ipv6));
    }

    /**
     * Sets the recipient of the datagram that was begun last.
     *
     * @param path the name of a Unix-domain socket
     * @throws IOException if no socket can have that name
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
     * Makes the kernel or the network card split the datagram that was begun last: UDP_SEGMENT in udp(7).
     *
     * @param bytes per segment, except a shorter last one; 1 to 65,535
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
     * sendmmsg(2), or without it sendmsg(2) per datagram.
     *
     * @param fd a datagram socket
     * @return the number sent, at least one and in order; or the {@code -errno} of the first, and the others were
     *     not tried
     */
    public int send(int fd) {
        if (count == 0) {
            throw new IllegalStateException("there is no datagram to send");
        }
        return headers.send(fd, count);
    }
}
