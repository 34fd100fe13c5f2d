package io.fdflux.posix.socket;

import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.RawSocketOptions;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Optional;

/**
 * Sets the interface, hop limit and loopback of datagrams to multicast groups. Thread-safe.
 *
 * <p>On Linux an IPv6 socket has the settings of both families. Elsewhere it may refuse those of IPv4, and then
 * IPv4-mapped recipients get the system's defaults. The IPv4 values are single bytes, because OpenBSD accepts no other
 * size: ip(4).
 */
public final class MulticastSending {

    private static final int LARGEST_HOPS = 255;

    private enum Setting {
        INTERFACE("IP_MULTICAST_IF", "IPV6_MULTICAST_IF"),
        HOPS("IP_MULTICAST_TTL", "IPV6_MULTICAST_HOPS"),
        LOOP("IP_MULTICAST_LOOP", "IPV6_MULTICAST_LOOP");

        private final String ipv4;
        private final String ipv6;

        Setting(String ipv4, String ipv6) {
            this.ipv4 = ipv4;
            this.ipv6 = ipv6;
        }
    }

    private MulticastSending() {}

    /**
     * Sets the interface to send from.
     *
     * @param fd   a datagram socket
     * @param ipv6 whether it is an IPv6 socket
     * @param on   the interface; for an IPv4 socket it must have an IPv4 address
     * @throws IOException if the kernel refuses
     */
    public static void setInterface(int fd, boolean ipv6, NetworkInterface on) throws IOException {
        Optional<Inet4Address> address = Multicast.ipv4Of(on);
        if (!ipv6 && address.isEmpty()) {
            throw new IllegalArgumentException(
                    "interface " + on.getName() + " has no IPv4 address to send to IPv4 groups from");
        }
        try (Arena arena = Arena.ofConfined()) {
            if (ipv6) {
                set(fd, Setting.INTERFACE, true, arena.allocateFrom(ValueLayout.JAVA_INT, on.getIndex()), on.getName());
            }
            if (address.isPresent()) {
                MemorySegment value =
                        arena.allocateFrom(ValueLayout.JAVA_BYTE, address.get().getAddress());
                setIpv4(fd, ipv6, Setting.INTERFACE, value, on.getName());
            }
        }
    }

    /**
     * The interface to send from.
     *
     * @param fd   a datagram socket
     * @param ipv6 whether it is an IPv6 one
     * @return the interface, or null if the system's routes choose it
     * @throws IOException if the kernel refuses
     */
    public static NetworkInterface getInterface(int fd, boolean ipv6) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(ValueLayout.JAVA_INT);
            get(arena, fd, Setting.INTERFACE, ipv6, value);
            if (ipv6) {
                int index = value.get(ValueLayout.JAVA_INT, 0);
                return index == 0 ? null : NetworkInterface.getByIndex(index);
            }
            InetAddress address = InetAddress.getByAddress(value.toArray(ValueLayout.JAVA_BYTE));
            return address.isAnyLocalAddress() ? null : NetworkInterface.getByInetAddress(address);
        }
    }

    /**
     * Sets the hop limit of a datagram.
     *
     * @param fd   a datagram socket
     * @param ipv6 whether it is an IPv6 socket
     * @param hops 0 (this machine) to 255; the default is 1
     * @throws IOException if the kernel refuses
     */
    public static void setHops(int fd, boolean ipv6, int hops) throws IOException {
        if (hops < 0 || hops > LARGEST_HOPS) {
            throw new IllegalArgumentException("hops of a multicast datagram: " + hops + " (expected: 0 to 255)");
        }
        setNumber(fd, ipv6, Setting.HOPS, hops);
    }

    /**
     * The hop limit of a datagram.
     *
     * @param fd   a datagram socket
     * @param ipv6 whether it is an IPv6 one
     * @return 0 to 255
     * @throws IOException if the kernel refuses
     */
    public static int hops(int fd, boolean ipv6) throws IOException {
        return number(fd, ipv6, Setting.HOPS);
    }

    /**
     * Sets whether members on this machine receive the datagrams.
     *
     * @param fd   a datagram socket
     * @param ipv6 whether it is an IPv6 socket
     * @param loop true, the default, if they do
     * @throws IOException if the kernel refuses
     */
    public static void setLoopback(int fd, boolean ipv6, boolean loop) throws IOException {
        setNumber(fd, ipv6, Setting.LOOP, loop ? 1 : 0);
    }

    /**
     * Whether members on this machine receive the datagrams.
     *
     * @param fd   a datagram socket
     * @param ipv6 whether it is an IPv6 one
     * @return true if they do
     * @throws IOException if the kernel refuses
     */
    public static boolean loopback(int fd, boolean ipv6) throws IOException {
        return number(fd, ipv6, Setting.LOOP) != 0;
    }

    /**
     * Limits a socket to datagrams of groups that it has joined itself. By default Linux also delivers those of groups
     * that other sockets have joined, to every socket bound to the wildcard address: IP_MULTICAST_ALL in ip(7). Does
     * nothing on other systems and on kernels without the option.
     *
     * @param fd   a datagram socket
     * @param ipv6 whether it is an IPv6 one
     */
    public static void ownGroupsOnly(int fd, boolean ipv6) {
        SocketOptionCalls.set(fd, SocketOption.IP_MULTICAST_ALL, 0);
        if (ipv6) {
            SocketOptionCalls.set(fd, SocketOption.IPV6_MULTICAST_ALL, 0);
        }
    }

    private static void setNumber(int fd, boolean ipv6, Setting setting, int number) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            if (ipv6) {
                set(fd, setting, true, arena.allocateFrom(ValueLayout.JAVA_INT, number), number);
            }
            setIpv4(fd, ipv6, setting, arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) number), number);
        }
    }

    private static int number(int fd, boolean ipv6, Setting setting) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            if (ipv6) {
                MemorySegment value = arena.allocate(ValueLayout.JAVA_INT);
                get(arena, fd, setting, true, value);
                return value.get(ValueLayout.JAVA_INT, 0);
            }
            MemorySegment value = arena.allocate(ValueLayout.JAVA_BYTE);
            get(arena, fd, setting, false, value);
            return Byte.toUnsignedInt(value.get(ValueLayout.JAVA_BYTE, 0));
        }
    }

    /** Ignores a failure on an IPv6 socket, which may lack the IPv4 setting. */
    private static void setIpv4(int fd, boolean ipv6Socket, Setting setting, MemorySegment value, Object shown)
            throws IOException {
        if (!ipv6Socket) {
            set(fd, setting, false, value, shown);
        } else {
            RawSocketOptions.set(fd, Constants.value("IPPROTO_IP"), Constants.value(setting.ipv4), value);
        }
    }

    private static void set(int fd, Setting setting, boolean ipv6, MemorySegment value, Object shown)
            throws IOException {
        String option = ipv6 ? setting.ipv6 : setting.ipv4;
        int result = RawSocketOptions.set(fd, level(ipv6), Constants.value(option), value);
        if (result < 0) {
            throw Errno.exception("setsockopt", "descriptor " + fd + ", " + option + " = " + shown, -result);
        }
    }

    private static void get(Arena arena, int fd, Setting setting, boolean ipv6, MemorySegment value)
            throws IOException {
        String option = ipv6 ? setting.ipv6 : setting.ipv4;
        int result = RawSocketOptions.get(arena, fd, level(ipv6), Constants.value(option), value);
        if (result < 0) {
            throw Errno.exception("getsockopt", "descriptor " + fd + ", " + option, -result);
        }
    }

    private static int level(boolean ipv6) {
        return Constants.value(ipv6 ? "IPPROTO_IPV6" : "IPPROTO_IP");
    }
}
