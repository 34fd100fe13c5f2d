package io.fdflux.page;

import io.fdflux.netty.FdChannelOption;
import io.fdflux.netty.FdChannelState;
import io.fdflux.posix.TcpInfo;
import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.function.UnaryOperator;

/** Describes channels for the page. On their loop. */
final class Rows {

    /** At a channel that carries the page. */
    static final AttributeKey<Boolean> VIEWER = AttributeKey.valueOf(Rows.class, "VIEWER");

    /** The kind of a connection that a listener has accepted. */
    static final String ACCEPTED = "accepted";

    /** The kind of a connection that this side has made. */
    static final String CONNECTED = "connected";

    private static final int LONGEST_ADDRESS = 120;

    private Rows() {}

    static boolean hasPeer(Channel channel) {
        return channel instanceof DuplexChannel;
    }

    /**
     * Makes one call, getsockopt(2) with TCP_INFO, if the channel is a TCP connection.
     *
     * @param worksFor tells for whose channel a client's channel works; null if it does not know
     */
    static Sample.OfConnection row(
            int group,
            int loop,
            Channel channel,
            FdChannelState state,
            Waits waits,
            long fullMillis,
            UnaryOperator<Channel> worksFor) {
        TcpInfo tcp = channel.isActive() ? channel.config().getOption(FdChannelOption.TCP_INFO) : null;
        return new Sample.OfConnection(
                channel.id().asShortText(),
                group,
                loop,
                kind(channel),
                text(channel.localAddress()),
                text(channel.remoteAddress()),
                channel.hasAttr(VIEWER),
                waits,
                state.demand(),
                state.readArmed(),
                state.writeArmed(),
                state.unread(),
                state.staged(),
                state.pending(),
                channel.isWritable(),
                fullMillis,
                number(tcp, TcpInfo.Field.BYTES_RECEIVED),
                number(tcp, TcpInfo.Field.BYTES_ACKED),
                number(tcp, TcpInfo.Field.NOT_SENT_BYTES),
                number(tcp, TcpInfo.Field.RTT),
                state.reads(),
                state.writes(),
                state.readEagains() + state.writeEagains(),
                state.arms(),
                links(channel, worksFor));
    }

    private static List<Sample.Link> links(Channel channel, UnaryOperator<Channel> worksFor) {
        Channel server = kind(channel).equals(CONNECTED) ? worksFor.apply(channel) : null;
        return server == null || server == channel
                ? List.of()
                : List.of(new Sample.Link(server.id().asShortText(), text(server.remoteAddress()), null, true));
    }

    private static String kind(Channel channel) {
        if (channel instanceof ServerChannel) {
            return "listener";
        }
        if (!hasPeer(channel)) {
            return "datagrams";
        }
        return channel.parent() != null ? ACCEPTED : CONNECTED;
    }

    private static long number(TcpInfo tcp, TcpInfo.Field field) {
        return tcp == null ? -1 : tcp.get(field).orElse(-1);
    }

    /** Numbers alone: a name would have to be looked up. */
    static String text(SocketAddress address) {
        if (address == null) {
            return null;
        }
        if (address instanceof InetSocketAddress internet && internet.getAddress() != null) {
            String host = internet.getAddress().getHostAddress();
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + internet.getPort();
        }
        String text = address.toString();
        return text.length() <= LONGEST_ADDRESS ? text : text.substring(0, LONGEST_ADDRESS) + "…";
    }
}
