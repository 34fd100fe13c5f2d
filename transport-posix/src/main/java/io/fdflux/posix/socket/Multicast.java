package io.fdflux.posix.socket;

import io.fdflux.posix.Errno;
import io.fdflux.posix.PosixException;
import io.fdflux.posix.ffi.CStruct;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.RawSocketOptions;
import io.fdflux.posix.platform.Platform;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Joins and leaves multicast groups. Thread-safe. The methods throw, because a channel calls them seldom.
 *
 * <p>Linux, macOS and FreeBSD have the protocol-independent requests of RFC 3678, which can select and block sources.
 * NetBSD, OpenBSD and DragonFly have the older requests only: ip(4), ip6(4).
 *
 * <pre>
 *                    0          4 or 8
 * group_req         | interface| sockaddr_storage group |                           one of RFC 3678
 * group_source_req  | interface| sockaddr_storage group | sockaddr_storage source |
 * ip_mreq           | IPv4 group| IPv4 address of the interface |
 * ipv6_mreq         | IPv6 group (16) | interface |
 * </pre>
 */
public final class Multicast {

    /** macOS packs the structures of RFC 3678 to four bytes: its netinet/in.h. */
    private static final int GROUP_OFFSET = Platform.current().os() == Platform.Os.MACOS ? 4 : 8;

    private static final int SOURCE_OFFSET = GROUP_OFFSET + SocketAddressBuffer.STORAGE_BYTES;
    private static final int SOURCE_REQUEST_BYTES = SOURCE_OFFSET + SocketAddressBuffer.STORAGE_BYTES;
    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;

    private static final int IPPROTO_IP = Constants.value("IPPROTO_IP");
    private static final int IPPROTO_IPV6 = Constants.value("IPPROTO_IPV6");
    private static final int EADDRINUSE = Constants.value("EADDRINUSE");
    private static final int EADDRNOTAVAIL = Constants.value("EADDRNOTAVAIL");
    private static final int ENODEV = Constants.value("ENODEV");

    /** The requests, with the option's name for any source, for one source, and in the older interfaces. */
    enum Request {
        JOIN("MCAST_JOIN_GROUP", "MCAST_JOIN_SOURCE_GROUP", "IP_ADD_MEMBERSHIP", "IPV6_JOIN_GROUP"),
        LEAVE("MCAST_LEAVE_GROUP", "MCAST_LEAVE_SOURCE_GROUP", "IP_DROP_MEMBERSHIP", "IPV6_LEAVE_GROUP"),
        BLOCK(null, "MCAST_BLOCK_SOURCE", null, null),
        UNBLOCK(null, "MCAST_UNBLOCK_SOURCE", null, null);

        private final String anySource;
        private final String oneSource;
        private final String olderIpv4;
        private final String olderIpv6;

        Request(String anySource, String oneSource, String olderIpv4, String olderIpv6) {
            this.anySource = anySource;
            this.oneSource = oneSource;
            this.olderIpv4 = olderIpv4;
            this.olderIpv6 = olderIpv6;
        }
    }

    /** One request about one group. */
    record Call(int fd, boolean ipv6Socket, InetAddress group, NetworkInterface on, InetAddress source) {

        int level() {
            return group instanceof Inet4Address ? IPPROTO_IP : IPPROTO_IPV6;
        }

        /** 0 makes the system choose by its routes. */
        int interfaceIndex() {
            return on == null ? 0 : on.getIndex();
        }

        void make(String option, MemorySegment value) throws IOException {
            int result = RawSocketOptions.set(fd, level(), Constants.value(option), value);
            if (result < 0) {
                throw failure(option, -result);
            }
        }

        private IOException failure(String option, int errno) {
            String why = "";
            if (errno == EADDRINUSE) {
                why = "it is a member already";
            } else if (errno == EADDRNOTAVAIL) {
                why = "it is not a member, or the source is not of this kind";
            } else if (errno == ENODEV) {
                why = "the interface takes no multicast of this family";
            } else if (ipv6Socket && group instanceof Inet4Address) {
                why = "this system may want an IPv4 socket for IPv4 groups";
            }
            String subject = "descriptor " + fd + ", " + option + " " + group.getHostAddress()
                    + (source == null ? "" : " from " + source.getHostAddress()) + " on "
                    + (on == null ? "an interface of the system's choice" : on.getName());
            return new PosixException(Errno.text("setsockopt", subject, errno, why), "setsockopt", errno);
        }
    }

    private Multicast() {}

    /** {@return whether this system can select and block sources} */
    public static boolean sourcesAvailable() {
        return Constants.find(Request.JOIN.oneSource).isPresent();
    }

    /**
     * Joins a group on an interface. On Linux an IPv6 socket can join IPv4 groups, because it receives IPv4-mapped
     * traffic. Other systems may need an IPv4 socket.
     *
     * @param fd     a datagram socket
     * @param ipv6   whether it is an IPv6 socket
     * @param group  a multicast address
     * @param on     the interface to receive from; null for the one that the system's routes choose
     * @param source the only sender to receive from, of the group's family; null for any sender
     * @throws IOException                   if the kernel refuses, for a member or an interface without multicast
     * @throws IllegalArgumentException      if the addresses do not fit together
     * @throws UnsupportedOperationException if the OS cannot select sources
     */
    public static void join(int fd, boolean ipv6, InetAddress group, NetworkInterface on, InetAddress source)
            throws IOException {
        request(Request.JOIN, new Call(fd, ipv6, group, on, source));
    }

    /**
     * Leaves a group, or one source of a group. Arguments and exceptions are those of {@link #join}.
     *
     * @param fd     a datagram socket
     * @param ipv6   whether it is an IPv6 socket
     * @param group  a multicast address
     * @param on     the interface; null as for {@link #join}
     * @param source the argument of {@link #join}
     * @throws IOException if the socket is not a member
     */
    public static void leave(int fd, boolean ipv6, InetAddress group, NetworkInterface on, InetAddress source)
            throws IOException {
        request(Request.LEAVE, new Call(fd, ipv6, group, on, source));
    }

    /**
     * Blocks one source of a group that was joined for any source.
     *
     * @param fd     a datagram socket
     * @param ipv6   whether it is an IPv6 socket
     * @param group  a group of which it is a member
     * @param on     the interface; null as for {@link #join}
     * @param source the sender to block
     * @throws IOException                   if the socket is not a member
     * @throws UnsupportedOperationException if the OS cannot select sources
     */
    public static void block(int fd, boolean ipv6, InetAddress group, NetworkInterface on, InetAddress source)
            throws IOException {
        request(Request.BLOCK, new Call(fd, ipv6, group, on, source));
    }

    /**
     * Reverts a {@link #block}.
     *
     * @param fd     a datagram socket
     * @param ipv6   whether it is an IPv6 socket
     * @param group  the group
     * @param on     the interface; null as for {@link #join}
     * @param source the blocked sender
     * @throws IOException                   if the sender is not blocked
     * @throws UnsupportedOperationException if the OS cannot select sources
     */
    public static void unblock(int fd, boolean ipv6, InetAddress group, NetworkInterface on, InetAddress source)
            throws IOException {
        request(Request.UNBLOCK, new Call(fd, ipv6, group, on, source));
    }

    private static void request(Request request, Call call) throws IOException {
        check(request, call);
        String option = call.source() == null ? request.anySource : request.oneSource;
        if (Constants.find(option).isEmpty()) {
            older(request, call);
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value =
                    arena.allocate(call.source() == null ? SOURCE_OFFSET : SOURCE_REQUEST_BYTES, Long.BYTES);
            value.set(ValueLayout.JAVA_INT, 0, call.interfaceIndex());
            address(arena, value, GROUP_OFFSET, call.group());
            if (call.source() != null) {
                address(arena, value, SOURCE_OFFSET, call.source());
            }
            call.make(option, value);
        }
    }

    /** Uses the older requests, which every system has. They join for any source only. */
    static void older(Request request, Call call) throws IOException {
        if (call.source() != null) {
            throw new UnsupportedOperationException(Platform.current().os().key()
                    + " cannot choose the sources of a multicast group (it has no " + request.oneSource
                    + "); join for every source, and look at each datagram's sender");
        }
        if (call.group() instanceof Inet4Address) {
            joinOrLeaveByAddress(call, request.olderIpv4);
        } else {
            joinOrLeaveByIndex(call, request.olderIpv6);
        }
    }

    private static void joinOrLeaveByAddress(Call call, String option) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(2 * IPV4_BYTES, Integer.BYTES);
            bytes(value, 0, call.group());
            if (call.on() != null) {
                Inet4Address local = ipv4Of(call.on())
                        .orElseThrow(() -> new IllegalArgumentException("interface "
                                + call.on().getName()
                                + " has no IPv4 address, by which this system names the interface of an IPv4 group"));
                bytes(value, IPV4_BYTES, local);
            }
            call.make(option, value);
        }
    }

    private static void joinOrLeaveByIndex(Call call, String option) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(IPV6_BYTES + Integer.BYTES, Integer.BYTES);
            bytes(value, 0, call.group());
            value.set(ValueLayout.JAVA_INT, IPV6_BYTES, call.interfaceIndex());
            call.make(option, value);
        }
    }

    private static void check(Request request, Call call) {
        if (!call.group().isMulticastAddress()) {
            throw new IllegalArgumentException(call.group().getHostAddress() + " is not a multicast address");
        }
        if (!call.ipv6Socket() && call.group() instanceof Inet6Address) {
            throw new IllegalArgumentException("an IPv4 socket has no IPv6 groups such as "
                    + call.group().getHostAddress() + "; make it for IPv6");
        }
        if (call.source() != null && call.source().getClass() != call.group().getClass()) {
            throw new IllegalArgumentException("source " + call.source().getHostAddress() + " and group "
                    + call.group().getHostAddress() + " are of different families");
        }
        if (request.anySource == null && call.source() == null) {
            throw new IllegalArgumentException("which source to block?");
        }
    }

    /** The first IPv4 address of an interface. */
    static Optional<Inet4Address> ipv4Of(NetworkInterface on) {
        return on.inetAddresses()
                .filter(Inet4Address.class::isInstance)
                .map(Inet4Address.class::cast)
                .findFirst();
    }

    private static void bytes(MemorySegment value, long offset, InetAddress address) {
        byte[] bytes = address.getAddress();
        MemorySegment.copy(bytes, 0, value, ValueLayout.JAVA_BYTE, offset, bytes.length);
    }

    private static void address(Arena arena, MemorySegment value, long offset, InetAddress address) {
        SocketAddressBuffer buffer = new SocketAddressBuffer(arena);
        int length = buffer.encode(new InetSocketAddress(address, 0), false);
        MemorySegment.copy(buffer.storage(), 0, value, offset, length);
    }

    static List<CStruct> cStructs() {
        List<CStruct> structs = new ArrayList<>(List.of(
                CStruct.of("struct ip_mreq", 2 * IPV4_BYTES)
                        .with("imr_multiaddr", 0, IPV4_BYTES)
                        .with("imr_interface", IPV4_BYTES, IPV4_BYTES),
                CStruct.of("struct ipv6_mreq", IPV6_BYTES + Integer.BYTES)
                        .with("ipv6mr_multiaddr", 0, IPV6_BYTES)
                        .with("ipv6mr_interface", IPV6_BYTES, Integer.BYTES)));
        if (sourcesAvailable()) {
            structs.add(CStruct.of("struct group_req", SOURCE_OFFSET)
                    .with("gr_interface", 0, Integer.BYTES)
                    .with("gr_group", GROUP_OFFSET, SocketAddressBuffer.STORAGE_BYTES));
            structs.add(CStruct.of("struct group_source_req", SOURCE_REQUEST_BYTES)
                    .with("gsr_interface", 0, Integer.BYTES)
                    .with("gsr_group", GROUP_OFFSET, SocketAddressBuffer.STORAGE_BYTES)
                    .with("gsr_source", SOURCE_OFFSET, SocketAddressBuffer.STORAGE_BYTES));
        }
        return structs;
    }
}
