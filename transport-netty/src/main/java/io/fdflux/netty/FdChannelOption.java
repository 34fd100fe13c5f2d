package io.fdflux.netty;

import io.fdflux.netty.option.OptionKeys;
import io.fdflux.posix.TcpInfo;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.util.Map;

/**
 * Options of this transport's channels besides those of {@link ChannelOption}. An option that Netty's epoll or kqueue
 * transport also has is the same constant. An application may therefore keep using {@code EpollChannelOption} and
 * {@code KQueueChannelOption}. Without them, neither transport has to be on its class path.
 *
 * <p>An option that this kind of channel does not have is unknown, and bootstraps log a warning. An option that the
 * operating system lacks is refused with an {@link UnsupportedOperationException}. A wrong value is refused with an
 * {@link IllegalArgumentException}. After either exception Netty's bootstraps close the channel and fail its future.
 * {@code docs/settings.md} lists the options per system.
 *
 * <p>Linux documents these options in socket(7), ip(7), ipv6(7), udp(7) and tcp(7), the other systems in setsockopt(2)
 * and section 4 of their manuals.
 *
 * <p>Any other option of the kernel can be set by number, with Netty's
 * {@link io.netty.channel.unix.IntegerUnixChannelOption} and {@link io.netty.channel.unix.RawUnixChannelOption}.
 */
public final class FdChannelOption {

    /**
     * The time that {@code close()} waits for a full socket. It is always 0, because {@code close()} waits for no peer.
     * It attempts one write and fails the remaining pending writes.
     *
     * @deprecated any other value is refused; to wait for a peer, close when the last write's future is done
     */
    @Deprecated
    public static final ChannelOption<Integer> CLOSE_DRAIN_MILLIS = OptionKeys.CLOSE_DRAIN_MILLIS;

    /**
     * Whether a flush promises its writes: true unless the system property {@code fdflux.staging} is false. Their
     * promises succeed in the flush, and their bytes leave at the end of the loop's turn, with one call for all
     * flushes. With false, each flush writes, and a promise succeeds when the kernel has the bytes, as on Netty's
     * transports. Streams only; a change takes effect with the next flush.
     */
    public static final ChannelOption<Boolean> WRITE_STAGING = OptionKeys.WRITE_STAGING;

    /**
     * The place of this channel in the passes of its loop, from -10 to 10: channels and streams of a higher priority
     * are read, and written, before others that are due at the same time. None starves, and 0 is normal. The option is
     * that of the event loop alone; the kernel does not know it.
     */
    public static final ChannelOption<Integer> LOOP_PRIORITY = OptionKeys.LOOP_PRIORITY;

    // ---- sockets

    /**
     * Several sockets may bind one port. Linux and DragonFly distribute connections and datagrams among them; on other
     * BSDs the last socket receives all ({@link #SO_REUSEPORT_LB} on FreeBSD).
     */
    public static final ChannelOption<Boolean> SO_REUSEPORT = OptionKeys.SO_REUSEPORT;

    /** Several sockets may bind one port, and the kernel distributes among them; FreeBSD. */
    public static final ChannelOption<Boolean> SO_REUSEPORT_LB = OptionKeys.SO_REUSEPORT_LB;

    /** Free bytes in the send buffer from which a socket is writable; macOS and the BSDs. */
    public static final ChannelOption<Integer> SO_SNDLOWAT = OptionKeys.SO_SNDLOWAT;

    /** Microseconds that the kernel polls the device before it waits for an interrupt; Linux. */
    public static final ChannelOption<Integer> SO_BUSY_POLL = OptionKeys.SO_BUSY_POLL;

    /** Busy polling takes precedence over the device's interrupts; Linux. */
    public static final ChannelOption<Boolean> SO_PREFER_BUSY_POLL = OptionKeys.SO_PREFER_BUSY_POLL;

    /** Maximum packets per turn of busy polling; Linux. Write only, because the kernel does not report it. */
    public static final ChannelOption<Integer> SO_BUSY_POLL_BUDGET = OptionKeys.SO_BUSY_POLL_BUDGET;

    /**
     * The processor that handles this socket's packets; on a listener, the processor whose connections it
     * prefers; Linux.
     */
    public static final ChannelOption<Integer> SO_INCOMING_CPU = OptionKeys.SO_INCOMING_CPU;

    /** Read only: the id of the device queue of the last packet, 0 for none; Linux. */
    public static final ChannelOption<Integer> SO_INCOMING_NAPI_ID = OptionKeys.SO_INCOMING_NAPI_ID;

    /** The packets' priority in the device's queue; Linux. */
    public static final ChannelOption<Integer> SO_PRIORITY = OptionKeys.SO_PRIORITY;

    /** The packets' mark for routing and filters, unsigned; Linux, with CAP_NET_ADMIN. */
    public static final ChannelOption<Long> SO_MARK = OptionKeys.SO_MARK;

    /**
     * The filter that a connection must pass before it is accepted, accept_filter(9): {@code dataready},
     * {@code httpready}, or another with a loaded kernel module. An empty name means none. For listeners on FreeBSD,
     * NetBSD and DragonFly. Netty's {@code KQueueChannelOption.SO_ACCEPTFILTER}, with its own value type, is
     * accepted too.
     */
    public static final ChannelOption<String> SO_ACCEPTFILTER = OptionKeys.SO_ACCEPTFILTER;

    // ---- IP

    /** Allows binding addresses that the machine does not have (yet); Linux, FreeBSD, NetBSD, OpenBSD. */
    public static final ChannelOption<Boolean> IP_FREEBIND = OptionKeys.IP_FREEBIND;

    /**
     * Transparent proxying: as {@link #IP_FREEBIND}, and the socket receives packets that are routed to other hosts;
     * Linux, with CAP_NET_ADMIN.
     */
    public static final ChannelOption<Boolean> IP_TRANSPARENT = OptionKeys.IP_TRANSPARENT;

    /** Binding an address reserves no port until the connect; Linux. */
    public static final ChannelOption<Boolean> IP_BIND_ADDRESS_NO_PORT = OptionKeys.IP_BIND_ADDRESS_NO_PORT;

    /** An IPv6 socket does not serve IPv4 through mapped addresses; set before bind. */
    public static final ChannelOption<Boolean> IPV6_V6ONLY = OptionKeys.IPV6_V6ONLY;

    // ---- datagrams

    /**
     * Maximum bytes per datagram. A buffer of several times that size receives as many datagrams per call, where the
     * system has recvmmsg(2). Longer datagrams are {@linkplain DatagramTruncatedException truncated}. With 0, the
     * default, a buffer receives one datagram.
     */
    public static final ChannelOption<Integer> MAX_DATAGRAM_PAYLOAD_SIZE = OptionKeys.MAX_DATAGRAM_PAYLOAD_SIZE;

    /**
     * The kernel may merge datagrams of one sender and one size; the channel delivers the original datagrams. Buffers
     * need 64 KiB ({@link ChannelOption#RECVBUF_ALLOCATOR}). One read may deliver more than Netty's
     * {@code maxMessagesPerRead}; Linux.
     */
    public static final ChannelOption<Boolean> UDP_GRO = OptionKeys.UDP_GRO;

    /**
     * The channel fires a {@link DatagramTruncatedException} as a user event and logs it, instead of firing an
     * exception. The default is false. {@code FdLoopResources} sets true, because Reactor Netty ends its inbound flux
     * at the first exception. One long datagram from any sender would end a server.
     */
    public static final ChannelOption<Boolean> DATAGRAM_TRUNCATION_AS_EVENT = OptionKeys.DATAGRAM_TRUNCATION_AS_EVENT;

    /**
     * The socket also receives datagrams of groups that only other sockets of this machine have joined; Linux. The
     * default is false, as in the JDK.
     */
    public static final ChannelOption<Boolean> IP_MULTICAST_ALL = OptionKeys.IP_MULTICAST_ALL;

    /**
     * The recipient of a received packet is its destination address instead of the socket's address. The two differ on
     * a socket that is bound to a wildcard or receives redirected packets. UDP on Linux and FreeBSD.
     */
    public static final ChannelOption<Boolean> IP_RECVORIGDSTADDR = OptionKeys.IP_RECVORIGDSTADDR;

    // ---- TCP

    /** Holds back partial segments until it is unset or 200 ms have passed, tcp(7); Linux. */
    public static final ChannelOption<Boolean> TCP_CORK = OptionKeys.TCP_CORK;

    /**
     * Holds back partial segments until the socket's buffer is full or the option is unset; macOS and the BSDs
     * but NetBSD.
     */
    public static final ChannelOption<Boolean> TCP_NOPUSH = OptionKeys.TCP_NOPUSH;

    /** The socket is writable while fewer unsent bytes than this are queued, unsigned; Linux and macOS. */
    public static final ChannelOption<Long> TCP_NOTSENT_LOWAT = OptionKeys.TCP_NOTSENT_LOWAT;

    /** The largest segment in bytes; set before connect or listen. */
    public static final ChannelOption<Integer> TCP_MAXSEG = OptionKeys.TCP_MAXSEG;

    /** Seconds without traffic before the first keep-alive probe; not on OpenBSD. */
    public static final ChannelOption<Integer> TCP_KEEPIDLE = OptionKeys.TCP_KEEPIDLE;

    /** Seconds between keep-alive probes; not on OpenBSD. */
    public static final ChannelOption<Integer> TCP_KEEPINTVL = OptionKeys.TCP_KEEPINTVL;

    /** Unanswered keep-alive probes after which the connection ends; not on OpenBSD. */
    public static final ChannelOption<Integer> TCP_KEEPCNT = OptionKeys.TCP_KEEPCNT;

    /** Milliseconds without acknowledgement of sent data after which the connection fails; Linux. */
    public static final ChannelOption<Integer> TCP_USER_TIMEOUT = OptionKeys.TCP_USER_TIMEOUT;

    /** Acknowledges data immediately. The kernel unsets the option by itself, tcp(7); Linux. */
    public static final ChannelOption<Boolean> TCP_QUICKACK = OptionKeys.TCP_QUICKACK;

    /** A connection is accepted when its first data arrives or this many seconds have passed; listeners on Linux. */
    public static final ChannelOption<Integer> TCP_DEFER_ACCEPT = OptionKeys.TCP_DEFER_ACCEPT;

    /** The congestion control's name; Linux, FreeBSD. */
    public static final ChannelOption<String> TCP_CONGESTION = OptionKeys.TCP_CONGESTION;

    /**
     * Per peer, the key (1 to 80 bytes) that signs segments in both directions, RFC 2385. Write only; a new map
     * replaces the previous one. On a listener, set the keys before bind; each accepted connection has the key of its
     * peer. Linux.
     */
    public static final ChannelOption<Map<InetAddress, byte[]>> TCP_MD5SIG = OptionKeys.TCP_MD5SIG;

    /** Read only: the kernel's statistics of the connection; not on DragonFly. */
    public static final ChannelOption<TcpInfo> TCP_INFO = OptionKeys.TCP_INFO;

    private FdChannelOption() {}
}
