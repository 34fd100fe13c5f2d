package io.fdflux.netty.option;

import io.fdflux.posix.TcpInfo;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import java.net.InetAddress;
import java.util.Map;

/**
 * The options besides those of {@link ChannelOption}, each under its name. {@code FdChannelOption} publishes and
 * documents them. An option that Netty's epoll or kqueue transport also has keeps its name there.
 */
public final class OptionKeys {

    private static final String EPOLL = "io.netty.channel.epoll.EpollChannelOption#";
    private static final String KQUEUE = "io.netty.channel.kqueue.KQueueChannelOption#";

    public static final ChannelOption<Integer> CLOSE_DRAIN_MILLIS = own("CLOSE_DRAIN_MILLIS");
    public static final ChannelOption<Boolean> WRITE_STAGING = own("WRITE_STAGING");
    public static final ChannelOption<Integer> LOOP_PRIORITY = own("LOOP_PRIORITY");
    public static final ChannelOption<Boolean> SO_REUSEPORT = UnixChannelOption.SO_REUSEPORT;
    public static final ChannelOption<Boolean> SO_REUSEPORT_LB = own("SO_REUSEPORT_LB");
    public static final ChannelOption<Integer> SO_SNDLOWAT = ChannelOption.valueOf(KQUEUE + "SO_SNDLOWAT");
    public static final ChannelOption<Integer> SO_BUSY_POLL = ChannelOption.valueOf(EPOLL + "SO_BUSY_POLL");
    public static final ChannelOption<Boolean> SO_PREFER_BUSY_POLL = own("SO_PREFER_BUSY_POLL");
    public static final ChannelOption<Integer> SO_BUSY_POLL_BUDGET = own("SO_BUSY_POLL_BUDGET");
    public static final ChannelOption<Integer> SO_INCOMING_CPU = own("SO_INCOMING_CPU");
    public static final ChannelOption<Integer> SO_INCOMING_NAPI_ID = own("SO_INCOMING_NAPI_ID");
    public static final ChannelOption<Integer> SO_PRIORITY = own("SO_PRIORITY");
    public static final ChannelOption<Long> SO_MARK = own("SO_MARK");
    public static final ChannelOption<String> SO_ACCEPTFILTER = own("SO_ACCEPTFILTER");
    public static final ChannelOption<Object> NETTY_ACCEPT_FILTER = ChannelOption.valueOf(KQUEUE + "SO_ACCEPTFILTER");
    public static final ChannelOption<Boolean> IP_FREEBIND = ChannelOption.valueOf("IP_FREEBIND");
    public static final ChannelOption<Boolean> IP_TRANSPARENT = ChannelOption.valueOf("IP_TRANSPARENT");
    public static final ChannelOption<Boolean> IP_BIND_ADDRESS_NO_PORT =
            ChannelOption.valueOf("IP_BIND_ADDRESS_NO_PORT");
    public static final ChannelOption<Boolean> IPV6_V6ONLY = own("IPV6_V6ONLY");
    public static final ChannelOption<Integer> MAX_DATAGRAM_PAYLOAD_SIZE =
            ChannelOption.valueOf("MAX_DATAGRAM_PAYLOAD_SIZE");
    public static final ChannelOption<Boolean> UDP_GRO = ChannelOption.valueOf("UDP_GRO");
    public static final ChannelOption<Boolean> DATAGRAM_TRUNCATION_AS_EVENT = own("DATAGRAM_TRUNCATION_AS_EVENT");
    public static final ChannelOption<Boolean> IP_MULTICAST_ALL = ChannelOption.valueOf("IP_MULTICAST_ALL");
    public static final ChannelOption<Boolean> IP_RECVORIGDSTADDR = ChannelOption.valueOf("IP_RECVORIGDSTADDR");
    public static final ChannelOption<Boolean> TCP_CORK = ChannelOption.valueOf(EPOLL + "TCP_CORK");
    public static final ChannelOption<Boolean> TCP_NOPUSH = ChannelOption.valueOf(KQUEUE + "TCP_NOPUSH");
    public static final ChannelOption<Long> TCP_NOTSENT_LOWAT = ChannelOption.valueOf(EPOLL + "TCP_NOTSENT_LOWAT");
    public static final ChannelOption<Integer> TCP_MAXSEG = own("TCP_MAXSEG");
    public static final ChannelOption<Integer> TCP_KEEPIDLE = ChannelOption.valueOf(EPOLL + "TCP_KEEPIDLE");
    public static final ChannelOption<Integer> TCP_KEEPINTVL = ChannelOption.valueOf(EPOLL + "TCP_KEEPINTVL");
    public static final ChannelOption<Integer> TCP_KEEPCNT = ChannelOption.valueOf(EPOLL + "TCP_KEEPCNT");
    public static final ChannelOption<Integer> TCP_USER_TIMEOUT = ChannelOption.valueOf(EPOLL + "TCP_USER_TIMEOUT");
    public static final ChannelOption<Boolean> TCP_QUICKACK = ChannelOption.valueOf(EPOLL + "TCP_QUICKACK");
    public static final ChannelOption<Integer> TCP_DEFER_ACCEPT = ChannelOption.valueOf(EPOLL + "TCP_DEFER_ACCEPT");
    public static final ChannelOption<String> TCP_CONGESTION = own("TCP_CONGESTION");
    public static final ChannelOption<Map<InetAddress, byte[]>> TCP_MD5SIG = ChannelOption.valueOf("TCP_MD5SIG");
    public static final ChannelOption<TcpInfo> TCP_INFO = own("TCP_INFO");

    // ---- options of Netty that have no effect here

    /** Selects the trigger mode. Netty has only one left and ignores the option, too. */
    public static final ChannelOption<Object> EPOLL_MODE = ChannelOption.valueOf(EPOLL + "EPOLL_MODE");

    /** Sizes reads by the byte count of kqueue. */
    public static final ChannelOption<Boolean> RCV_ALLOC_TRANSPORT_PROVIDES_GUESS =
            ChannelOption.valueOf(KQUEUE + "RCV_ALLOC_TRANSPORT_PROVIDES_GUESS");

    private OptionKeys() {}

    private static <T> ChannelOption<T> own(String name) {
        return ChannelOption.valueOf("io.fdflux.netty.FdChannelOption#" + name);
    }
}
