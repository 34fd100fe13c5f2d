package io.fdflux.netty;

import io.fdflux.netty.option.OptionKeys;
import io.fdflux.posix.TcpInfo;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.util.Map;

/**
 * Options of this transport's channels besides those of {@link ChannelOption}. Where Netty's epoll or kqueue transport
 * has the same option it is the same constant: an application may go on using {@code EpollChannelOption} and
 * {@code KQueueChannelOption}, and here does not need those transports on its class path.
 *
 * <p>An option that a channel of its kind does not have is unknown: bootstraps warn. One that the operating system
 * lacks is refused with an {@link UnsupportedOperationException} that says so, a wrong value with an
 * {@link IllegalArgumentException}; Netty's bootstraps then close the channel and fail its future. Which system has
 * which option: {@code docs/settings.md}.
 *
 * <p>Any other option of the kernel can be set by its numbers, with Netty's
 * {@link io.netty.channel.unix.IntegerUnixChannelOption} and {@link io.netty.channel.unix.RawUnixChannelOption}.
 */
public final class FdChannelOption {

    /**
     * How long {@code close()} keeps a connection whose socket is full. Always 0, because {@code close()} waits for no
     * peer: it makes one attempt, and the pending writes that the socket does not take fail.
     *
     * @deprecated any other value is refused; to wait for a peer, close when the last write's future is done
     */
    @Deprecated
    public static final ChannelOption<Integer> CLOSE_DRAIN_MILLIS = OptionKeys.CLOSE_DRAIN_MILLIS;

    // ---- sockets

    /**
     * Several sockets may be bound to one port: on Linux and DragonFly the kernel shares connections and datagrams out
     * to them, on other BSDs the last one gets all ({@link #SO_REUSEPORT_LB} on FreeBSD).
     */
    public static final ChannelOption<Boolean> SO_REUSEPORT = OptionKeys.SO_REUSEPORT;

    /** Several sockets may be bound to one port, and the kernel shares out to them; FreeBSD. */
    public static final ChannelOption<Boolean> SO_REUSEPORT_LB = OptionKeys.SO_REUSEPORT_LB;

    /** A socket is writable when this many bytes fit in; macOS and the BSDs. */
    public static final ChannelOption<Integer> SO_SNDLOWAT = OptionKeys.SO_SNDLOWAT;

    /** How long the kernel polls the device before it waits for an interrupt, in microseconds; Linux. */
    public static final ChannelOption<Integer> SO_BUSY_POLL = OptionKeys.SO_BUSY_POLL;

    /** Busy polling comes before the device's interrupts; Linux. */
    public static final ChannelOption<Boolean> SO_PREFER_BUSY_POLL = OptionKeys.SO_PREFER_BUSY_POLL;

    /** Packets that one turn of busy polling takes; Linux, which does not tell it: it can be set only. */
    public static final ChannelOption<Integer> SO_BUSY_POLL_BUDGET = OptionKeys.SO_BUSY_POLL_BUDGET;

    /**
     * The processor that packets of this socket come in on; set on a listener it prefers connections of that
     * one; Linux.
     */
    public static final ChannelOption<Integer> SO_INCOMING_CPU = OptionKeys.SO_INCOMING_CPU;

    /** Read only: the id of the device queue that the last packet came from, 0 for none; Linux. */
    public static final ChannelOption<Integer> SO_INCOMING_NAPI_ID = OptionKeys.SO_INCOMING_NAPI_ID;

    /** The packets' priority in the device's queue; Linux. */
    public static final ChannelOption<Integer> SO_PRIORITY = OptionKeys.SO_PRIORITY;

    /** The packets' mark for routing and filters, unsigned; Linux, with CAP_NET_ADMIN. */
    public static final ChannelOption<Long> SO_MARK = OptionKeys.SO_MARK;

    /**
     * The filter that a connection must pass before it is accepted: {@code dataready}, {@code httpready}, or another
     * whose module the kernel has loaded, accept_filter(9); empty for none. Listeners on FreeBSD, NetBSD, DragonFly.
     * Netty's {@code KQueueChannelOption.SO_ACCEPTFILTER}, with its own type of values, is taken too.
     */
    public static final ChannelOption<String> SO_ACCEPTFILTER = OptionKeys.SO_ACCEPTFILTER;

    // ---- IP

    /** Addresses that the machine does not have (yet) can be bound; Linux, FreeBSD, NetBSD, OpenBSD. */
    public static final ChannelOption<Boolean> IP_FREEBIND = OptionKeys.IP_FREEBIND;

    /**
     * Transparent proxying: as {@link #IP_FREEBIND}, and routed packets for others are taken; Linux,
     * with CAP_NET_ADMIN.
     */
    public static final ChannelOption<Boolean> IP_TRANSPARENT = OptionKeys.IP_TRANSPARENT;

    /** Binding an address reserves no port before the connect; Linux. */
    public static final ChannelOption<Boolean> IP_BIND_ADDRESS_NO_PORT = OptionKeys.IP_BIND_ADDRESS_NO_PORT;

    /** An IPv6 socket does not serve IPv4 by mapped addresses; before it is bound. */
    public static final ChannelOption<Boolean> IPV6_V6ONLY = OptionKeys.IPV6_V6ONLY;

    // ---- datagrams

    /**
     * How many bytes one datagram has at most: a buffer of several times that takes as many datagrams in one call,
     * where the system has recvmmsg(2). Longer ones are {@linkplain DatagramTruncatedException cut}. 0, the default: a
     * buffer is for one datagram.
     */
    public static final ChannelOption<Integer> MAX_DATAGRAM_PAYLOAD_SIZE = OptionKeys.MAX_DATAGRAM_PAYLOAD_SIZE;

    /**
     * The kernel may join datagrams of one sender and one size; they are delivered as those that they were. Buffers
     * need 64 KiB ({@link ChannelOption#RECVBUF_ALLOCATOR}), and one read may deliver more than Netty's
     * {@code maxMessagesPerRead}; Linux.
     */
    public static final ChannelOption<Boolean> UDP_GRO = OptionKeys.UDP_GRO;

    /**
     * A {@link DatagramTruncatedException} goes through the pipeline as a user event, and to the log, instead of as an
     * exception. The default is false; {@code FdLoopResources} sets true, because Reactor Netty ends its inbound flux
     * with the first exception: one long datagram from anybody would end a server.
     */
    public static final ChannelOption<Boolean> DATAGRAM_TRUNCATION_AS_EVENT = OptionKeys.DATAGRAM_TRUNCATION_AS_EVENT;

    /**
     * Datagrams of groups that only others on this machine have joined are received too; Linux. The default is false,
     * as the JDK has it.
     */
    public static final ChannelOption<Boolean> IP_MULTICAST_ALL = OptionKeys.IP_MULTICAST_ALL;

    /**
     * The recipient of a received packet is the address that it was sent to, not the socket's: it tells them apart on a
     * socket that is bound to a wildcard, or takes what is redirected to it. UDP on Linux, FreeBSD.
     */
    public static final ChannelOption<Boolean> IP_RECVORIGDSTADDR = OptionKeys.IP_RECVORIGDSTADDR;

    // ---- TCP

    /** Partial segments are held back until this is unset or 200 ms have passed; Linux. */
    public static final ChannelOption<Boolean> TCP_CORK = OptionKeys.TCP_CORK;

    /**
     * Partial segments are held back until the socket's buffer is full or this is unset; macOS and the BSDs but NetBSD.
     */
    public static final ChannelOption<Boolean> TCP_NOPUSH = OptionKeys.TCP_NOPUSH;

    /** The socket is writable while less than this many bytes wait to be sent, unsigned; Linux and macOS. */
    public static final ChannelOption<Long> TCP_NOTSENT_LOWAT = OptionKeys.TCP_NOTSENT_LOWAT;

    /** The largest segment, in bytes; before connecting or listening. */
    public static final ChannelOption<Integer> TCP_MAXSEG = OptionKeys.TCP_MAXSEG;

    /** Seconds without traffic before the first keep-alive probe; not on OpenBSD. */
    public static final ChannelOption<Integer> TCP_KEEPIDLE = OptionKeys.TCP_KEEPIDLE;

    /** Seconds between keep-alive probes; not on OpenBSD. */
    public static final ChannelOption<Integer> TCP_KEEPINTVL = OptionKeys.TCP_KEEPINTVL;

    /** Keep-alive probes without an answer that end the connection; not on OpenBSD. */
    public static final ChannelOption<Integer> TCP_KEEPCNT = OptionKeys.TCP_KEEPCNT;

    /** Milliseconds that sent data may wait for its acknowledgement before the connection fails; Linux. */
    public static final ChannelOption<Integer> TCP_USER_TIMEOUT = OptionKeys.TCP_USER_TIMEOUT;

    /** Data is acknowledged at once; not for good, the kernel unsets it (tcp(7)); Linux. */
    public static final ChannelOption<Boolean> TCP_QUICKACK = OptionKeys.TCP_QUICKACK;

    /** A connection is accepted when its first data is here, or so many seconds have passed; listeners on Linux. */
    public static final ChannelOption<Integer> TCP_DEFER_ACCEPT = OptionKeys.TCP_DEFER_ACCEPT;

    /** The congestion control's name; Linux, FreeBSD. */
    public static final ChannelOption<String> TCP_CONGESTION = OptionKeys.TCP_CONGESTION;

    /**
     * The keys (1 to 80 bytes) with which segments from and to each of the peers are signed, RFC 2385; set only, they
     * replace those set before. Of a listener: before it is bound, and its connections have their peer's. Linux.
     */
    public static final ChannelOption<Map<InetAddress, byte[]>> TCP_MD5SIG = OptionKeys.TCP_MD5SIG;

    /** Read only: what the kernel knows of the connection; not on DragonFly. */
    public static final ChannelOption<TcpInfo> TCP_INFO = OptionKeys.TCP_INFO;

    private FdChannelOption() {}
}
