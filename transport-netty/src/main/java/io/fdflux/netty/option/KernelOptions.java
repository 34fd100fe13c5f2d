package io.fdflux.netty.option;

import static io.fdflux.netty.option.ChannelKind.ALL;
import static io.fdflux.netty.option.ChannelKind.INTERNET;
import static io.fdflux.netty.option.ChannelKind.TCP;
import static io.fdflux.netty.option.ChannelKind.TCP_AND_LISTENER;
import static io.fdflux.netty.option.ChannelKind.TCP_LISTENER;
import static io.fdflux.netty.option.ChannelKind.UDP;
import static io.fdflux.netty.option.ChannelKind.UNIX_STREAM;
import static io.fdflux.netty.option.KernelOption.bool;
import static io.fdflux.netty.option.KernelOption.integer;

import io.fdflux.netty.option.KernelOption.ValueType;
import io.fdflux.posix.socket.SocketOption;
import io.netty.channel.ChannelOption;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The options that map to one kernel option, with the kinds of channels that have them. Options that need more
 * (SO_LINGER, TCP_FASTOPEN, TCP_MD5SIG, ...) are in the tables of the configs.
 */
public final class KernelOptions {

    private static final Set<ChannelKind> CONNECTION = EnumSet.of(TCP);
    private static final Set<ChannelKind> LISTENER = EnumSet.of(TCP_LISTENER);

    private static final List<KernelOption<?>> ROWS = List.of(
            integer(ChannelOption.SO_SNDBUF, ALL, SocketOption.SNDBUF),
            integer(ChannelOption.SO_RCVBUF, ALL, SocketOption.RCVBUF),
            bool(ChannelOption.SO_REUSEADDR, ALL, SocketOption.REUSEADDR),
            bool(OptionKeys.SO_REUSEPORT, INTERNET, SocketOption.REUSEPORT),
            bool(OptionKeys.SO_REUSEPORT_LB, EnumSet.of(TCP_LISTENER, UDP), SocketOption.REUSEPORT_LB)
                    .elsewhere(
                            "on linux SO_REUSEPORT distributes connections; of the other systems only freebsd has it"),
            bool(ChannelOption.SO_BROADCAST, EnumSet.of(UDP), SocketOption.BROADCAST),
            bool(ChannelOption.SO_KEEPALIVE, TCP_AND_LISTENER, SocketOption.KEEPALIVE),
            integer(OptionKeys.SO_SNDLOWAT, EnumSet.of(TCP, UNIX_STREAM), SocketOption.SNDLOWAT),
            integer(OptionKeys.SO_BUSY_POLL, INTERNET, SocketOption.BUSY_POLL),
            bool(OptionKeys.SO_PREFER_BUSY_POLL, INTERNET, SocketOption.PREFER_BUSY_POLL),
            integer(OptionKeys.SO_BUSY_POLL_BUDGET, INTERNET, SocketOption.BUSY_POLL_BUDGET),
            integer(OptionKeys.SO_INCOMING_CPU, INTERNET, SocketOption.INCOMING_CPU),
            integer(OptionKeys.SO_INCOMING_NAPI_ID, INTERNET, SocketOption.INCOMING_NAPI_ID)
                    .readOnlyOne(),
            integer(OptionKeys.SO_PRIORITY, INTERNET, SocketOption.PRIORITY),
            KernelOption.of(OptionKeys.SO_MARK, INTERNET, ValueType.UNSIGNED, SocketOption.MARK),
            KernelOption.of(ChannelOption.IP_TOS, INTERNET, ValueType.between(0, 255), SocketOption.TOS)
                    .withInet6(SocketOption.TCLASS),
            bool(OptionKeys.IP_FREEBIND, INTERNET, SocketOption.FREEBIND).withInet6(SocketOption.FREEBIND6),
            bool(OptionKeys.IP_TRANSPARENT, INTERNET, SocketOption.TRANSPARENT)
                    .withInet6(SocketOption.TRANSPARENT6)
                    .elsewhere(
                            "use IP_FREEBIND to bind addresses that are not local, on freebsd, netbsd and openbsd too"),
            bool(OptionKeys.IP_BIND_ADDRESS_NO_PORT, EnumSet.of(TCP, UDP), SocketOption.BIND_ADDRESS_NO_PORT),
            bool(OptionKeys.IP_MULTICAST_ALL, EnumSet.of(UDP), SocketOption.IP_MULTICAST_ALL)
                    .withInet6(SocketOption.IPV6_MULTICAST_ALL),
            bool(OptionKeys.IPV6_V6ONLY, INTERNET, SocketOption.V6ONLY),
            bool(OptionKeys.TCP_CORK, CONNECTION, SocketOption.CORK).elsewhere("use TCP_NOPUSH on the BSDs"),
            bool(OptionKeys.TCP_NOPUSH, CONNECTION, SocketOption.NOPUSH).elsewhere("use TCP_CORK on linux"),
            KernelOption.of(
                    OptionKeys.TCP_NOTSENT_LOWAT, TCP_AND_LISTENER, ValueType.UNSIGNED, SocketOption.NOTSENT_LOWAT),
            integer(OptionKeys.TCP_MAXSEG, TCP_AND_LISTENER, SocketOption.MAXSEG),
            integer(OptionKeys.TCP_KEEPIDLE, TCP_AND_LISTENER, SocketOption.KEEPIDLE)
                    .elsewhere("keep-alive timing is system-wide (sysctl net.inet.tcp.keepidle)"),
            integer(OptionKeys.TCP_KEEPINTVL, TCP_AND_LISTENER, SocketOption.KEEPINTVL)
                    .elsewhere("keep-alive timing is system-wide (sysctl net.inet.tcp.keepintvl)"),
            integer(OptionKeys.TCP_KEEPCNT, TCP_AND_LISTENER, SocketOption.KEEPCNT)
                    .elsewhere("keep-alive timing is system-wide"),
            integer(OptionKeys.TCP_USER_TIMEOUT, TCP_AND_LISTENER, SocketOption.USER_TIMEOUT),
            bool(OptionKeys.TCP_QUICKACK, CONNECTION, SocketOption.QUICKACK),
            integer(OptionKeys.TCP_DEFER_ACCEPT, LISTENER, SocketOption.DEFER_ACCEPT)
                    .elsewhere("use SO_ACCEPTFILTER on freebsd, netbsd and dragonfly"));

    private KernelOptions() {}

    static Stream<KernelOption<?>> of(ChannelKind kind) {
        return ROWS.stream().filter(row -> row.kinds().contains(kind));
    }

    public static List<KernelOption<?>> all() {
        return ROWS;
    }
}
