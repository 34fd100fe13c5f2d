package io.fdflux.posix;

/** Socket options whose value is an int (or a boolean as 0 and 1), with their level and number on this platform. */
public enum SocketOption {
    /** SO_KEEPALIVE. */
    KEEPALIVE("SOL_SOCKET", "SO_KEEPALIVE"),
    /** SO_BROADCAST. */
    BROADCAST("SOL_SOCKET", "SO_BROADCAST"),
    /** SO_REUSEADDR. */
    REUSEADDR("SOL_SOCKET", "SO_REUSEADDR"),
    /** SO_REUSEPORT. */
    REUSEPORT("SOL_SOCKET", "SO_REUSEPORT"),
    /** SO_SNDBUF, bytes. Linux reports twice of what was set. */
    SNDBUF("SOL_SOCKET", "SO_SNDBUF"),
    /** SO_RCVBUF, bytes. Linux reports twice of what was set. */
    RCVBUF("SOL_SOCKET", "SO_RCVBUF"),
    /** SO_TYPE, read only. */
    TYPE("SOL_SOCKET", "SO_TYPE"),
    /** SO_ERROR, read only; reading clears it. */
    ERROR("SOL_SOCKET", "SO_ERROR"),
    /** TCP_NODELAY. */
    NODELAY("IPPROTO_TCP", "TCP_NODELAY"),
    /** TCP_KEEPIDLE, seconds. */
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
    /** IP_TOS. */
    TOS("IPPROTO_IP", "IP_TOS"),
    /** IPV6_TCLASS. */
    TCLASS("IPPROTO_IPV6", "IPV6_TCLASS"),
    /** IPV6_V6ONLY. */
    V6ONLY("IPPROTO_IPV6", "IPV6_V6ONLY"),
    /** IP_MULTICAST_ALL; Linux. */
    IP_MULTICAST_ALL("IPPROTO_IP", "IP_MULTICAST_ALL"),
    /** IPV6_MULTICAST_ALL; Linux 4.20. */
    IPV6_MULTICAST_ALL("IPPROTO_IPV6", "IPV6_MULTICAST_ALL"),
    /** UDP_GRO: several datagrams of one sender may be received as one; Linux. */
    UDP_GRO("IPPROTO_UDP", "UDP_GRO"),
    /** UDP_SEGMENT: the size at which what is sent is cut into datagrams; Linux. */
    UDP_SEGMENT("IPPROTO_UDP", "UDP_SEGMENT"),
    /** SO_NOSIGPIPE; macOS, FreeBSD, NetBSD, DragonFly. */
    NOSIGPIPE("SOL_SOCKET", "SO_NOSIGPIPE");

    private static final int ABSENT = -1;

    private final String symbol;
    private final int level;
    private final int number;

    SocketOption(String level, String symbol) {
        this.symbol = symbol;
        this.level = Constants.value(level);
        this.number = Constants.find(symbol).orElse(ABSENT);
    }

    /** {@return whether this operating system has the option} */
    public boolean isAvailable() {
        return number != ABSENT;
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
