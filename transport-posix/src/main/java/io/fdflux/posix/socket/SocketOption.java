package io.fdflux.posix.socket;

import io.fdflux.posix.ffi.Constants;

/**
 * Socket options with an int value (0 and 1 for a boolean), with their level and number on this platform. An option
 * with several names has one constant.
 */
public enum SocketOption {
    /** SO_KEEPALIVE. */
    KEEPALIVE("SOL_SOCKET", "SO_KEEPALIVE"),
    /** SO_BROADCAST. */
    BROADCAST("SOL_SOCKET", "SO_BROADCAST"),
    /** SO_REUSEADDR. */
    REUSEADDR("SOL_SOCKET", "SO_REUSEADDR"),
    /** SO_REUSEPORT. */
    REUSEPORT("SOL_SOCKET", "SO_REUSEPORT"),
    /** SO_REUSEPORT_LB: FreeBSD's SO_REUSEPORT with load balancing, which its plain one lacks: setsockopt(2). */
    REUSEPORT_LB("SOL_SOCKET", "SO_REUSEPORT_LB"),
    /** SO_SNDBUF, bytes. Linux reports twice the value that was set: socket(7). */
    SNDBUF("SOL_SOCKET", "SO_SNDBUF"),
    /** SO_RCVBUF, bytes. Linux reports twice the value that was set: socket(7). */
    RCVBUF("SOL_SOCKET", "SO_RCVBUF"),
    /** SO_SNDLOWAT, bytes; read only on Linux, socket(7). */
    SNDLOWAT("SOL_SOCKET", "SO_SNDLOWAT"),
    /** SO_TYPE, read only. */
    TYPE("SOL_SOCKET", "SO_TYPE"),
    /** SO_DOMAIN, read only: the address family. Linux, FreeBSD, OpenBSD. */
    DOMAIN("SOL_SOCKET", "SO_DOMAIN"),
    /** SO_PROTOCOL, read only. Linux, FreeBSD, OpenBSD. */
    PROTOCOL("SOL_SOCKET", "SO_PROTOCOL"),
    /** SO_ERROR, read only; reading clears it. */
    ERROR("SOL_SOCKET", "SO_ERROR"),
    /** SO_PRIORITY; Linux. */
    PRIORITY("SOL_SOCKET", "SO_PRIORITY"),
    /** SO_MARK; Linux, with CAP_NET_ADMIN. */
    MARK("SOL_SOCKET", "SO_MARK"),
    /** SO_BUSY_POLL, microseconds; Linux. */
    BUSY_POLL("SOL_SOCKET", "SO_BUSY_POLL"),
    /** SO_PREFER_BUSY_POLL; Linux. */
    PREFER_BUSY_POLL("SOL_SOCKET", "SO_PREFER_BUSY_POLL"),
    /** SO_BUSY_POLL_BUDGET, packets; Linux. */
    BUSY_POLL_BUDGET("SOL_SOCKET", "SO_BUSY_POLL_BUDGET"),
    /** SO_INCOMING_CPU, -1 for none; Linux. */
    INCOMING_CPU("SOL_SOCKET", "SO_INCOMING_CPU"),
    /** SO_INCOMING_NAPI_ID, read only; Linux. */
    INCOMING_NAPI_ID("SOL_SOCKET", "SO_INCOMING_NAPI_ID"),
    /** TCP_NODELAY. */
    NODELAY("IPPROTO_TCP", "TCP_NODELAY"),
    /** TCP_CORK; Linux. */
    CORK("IPPROTO_TCP", "TCP_CORK"),
    /** TCP_NOPUSH; macOS, FreeBSD, OpenBSD, DragonFly. */
    NOPUSH("IPPROTO_TCP", "TCP_NOPUSH"),
    /** TCP_MAXSEG, bytes. */
    MAXSEG("IPPROTO_TCP", "TCP_MAXSEG"),
    /** TCP_NOTSENT_LOWAT, bytes, unsigned; Linux and macOS. */
    NOTSENT_LOWAT("IPPROTO_TCP", "TCP_NOTSENT_LOWAT"),
    /** TCP_KEEPIDLE, seconds; not on OpenBSD, as the next two. */
    KEEPIDLE("IPPROTO_TCP", "TCP_KEEPIDLE"),
    /** TCP_KEEPINTVL, seconds. */
    KEEPINTVL("IPPROTO_TCP", "TCP_KEEPINTVL"),
    /** TCP_KEEPCNT. */
    KEEPCNT("IPPROTO_TCP", "TCP_KEEPCNT"),
    /** TCP_DEFER_ACCEPT, seconds; Linux. */
    DEFER_ACCEPT("IPPROTO_TCP", "TCP_DEFER_ACCEPT"),
    /** TCP_USER_TIMEOUT, milliseconds; Linux. */
    USER_TIMEOUT("IPPROTO_TCP", "TCP_USER_TIMEOUT"),
    /** TCP_QUICKACK; Linux. */
    QUICKACK("IPPROTO_TCP", "TCP_QUICKACK"),
    /** TCP_FASTOPEN of a listener: the most pending requests on Linux, 0 or 1 elsewhere. */
    FASTOPEN("IPPROTO_TCP", "TCP_FASTOPEN"),
    /** TCP_RXTLS_MODE, read only: whether the kernel decrypts received data, ktls(4); FreeBSD. */
    RXTLS_MODE("IPPROTO_TCP", "TCP_RXTLS_MODE"),
    /** IP_TOS. */
    TOS("IPPROTO_IP", "IP_TOS"),
    /** IPV6_TCLASS. */
    TCLASS("IPPROTO_IPV6", "IPV6_TCLASS"),
    /**
     * IP_FREEBIND on Linux, IP_BINDANY on FreeBSD and NetBSD, SO_BINDANY on OpenBSD: allows addresses that are
     * not local.
     */
    FREEBIND("IPPROTO_IP", "IP_FREEBIND", "IPPROTO_IP", "IP_BINDANY", "SOL_SOCKET", "SO_BINDANY"),
    /** {@link #FREEBIND} of IPv6 sockets. */
    FREEBIND6("IPPROTO_IPV6", "IPV6_FREEBIND", "IPPROTO_IPV6", "IPV6_BINDANY"),
    /** IP_TRANSPARENT; Linux, with CAP_NET_ADMIN. */
    TRANSPARENT("IPPROTO_IP", "IP_TRANSPARENT"),
    /** IPV6_TRANSPARENT; Linux, with CAP_NET_ADMIN. */
    TRANSPARENT6("IPPROTO_IPV6", "IPV6_TRANSPARENT"),
    /** IP_BIND_ADDRESS_NO_PORT; Linux. */
    BIND_ADDRESS_NO_PORT("IPPROTO_IP", "IP_BIND_ADDRESS_NO_PORT"),
    /** IP_RECVORIGDSTADDR; Linux, FreeBSD. */
    RECVORIGDSTADDR("IPPROTO_IP", "IP_RECVORIGDSTADDR"),
    /** IPV6_RECVORIGDSTADDR; Linux, FreeBSD. */
    RECVORIGDSTADDR6("IPPROTO_IPV6", "IPV6_RECVORIGDSTADDR"),
    /** IPV6_V6ONLY. */
    V6ONLY("IPPROTO_IPV6", "IPV6_V6ONLY"),
    /** IP_MULTICAST_ALL; Linux. */
    IP_MULTICAST_ALL("IPPROTO_IP", "IP_MULTICAST_ALL"),
    /** IPV6_MULTICAST_ALL; Linux 4.20. */
    IPV6_MULTICAST_ALL("IPPROTO_IPV6", "IPV6_MULTICAST_ALL"),
    /** UDP_GRO: the kernel may join several datagrams of one sender; Linux. */
    UDP_GRO("IPPROTO_UDP", "UDP_GRO"),
    /** UDP_SEGMENT: the size of segments into which the kernel splits a datagram; Linux. */
    UDP_SEGMENT("IPPROTO_UDP", "UDP_SEGMENT"),
    /** SO_NOSIGPIPE; macOS, FreeBSD, NetBSD, DragonFly. */
    NOSIGPIPE("SOL_SOCKET", "SO_NOSIGPIPE");

    private static final int ABSENT = -1;
    private static final int IPPROTO_IPV6 = Constants.value("IPPROTO_IPV6");

    private final String symbol;
    private final int level;
    private final int number;

    /** Takes pairs of a level and a symbol, and uses the first pair that this platform has. */
    SocketOption(String... names) {
        int chosen = 0;
        while (chosen + 2 < names.length && Constants.find(names[chosen + 1]).isEmpty()) {
            chosen += 2;
        }
        this.symbol = names[chosen + 1];
        this.level = Constants.value(names[chosen]);
        this.number = Constants.find(symbol).orElse(ABSENT);
    }

    /** {@return whether this operating system has the option} */
    public boolean isAvailable() {
        return number != ABSENT;
    }

    /** {@return whether only IPv6 sockets have it} */
    public boolean isOfIpv6() {
        return level == IPPROTO_IPV6;
    }

    /**
     * Whether only IPv6 sockets have the options of a level.
     *
     * @param level of setsockopt(2)
     * @return true for IPPROTO_IPV6
     */
    public static boolean isOfIpv6(int level) {
        return level == IPPROTO_IPV6;
    }

    /** {@return its C name} */
    public String symbol() {
        return symbol;
    }

    int level() {
        return level;
    }

    int number() {
        return number;
    }
}
