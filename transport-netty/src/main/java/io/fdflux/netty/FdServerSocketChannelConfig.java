package io.fdflux.netty;

import io.fdflux.posix.SocketOption;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.socket.ServerSocketChannelConfig;
import io.netty.util.NetUtil;

/** The options of a listening TCP socket. */
final class FdServerSocketChannelConfig extends FdChannelConfig<ServerSocketChannelConfig>
        implements ServerSocketChannelConfig {

    private static final OptionTable<FdServerSocketChannelConfig> OPTIONS = OptionTable.<FdServerSocketChannelConfig>of(
                    ChannelKind.TCP_LISTENER)
            .with(
                    ChannelOption.SO_BACKLOG,
                    Integer.class,
                    FdServerSocketChannelConfig::getBacklog,
                    FdServerSocketChannelConfig::setBacklog)
            .with(
                    ChannelOption.TCP_NODELAY,
                    Boolean.class,
                    FdServerSocketChannelConfig::isTcpNoDelay,
                    FdServerSocketChannelConfig::setTcpNoDelay);

    private volatile int backlog = NetUtil.SOMAXCONN;
    private volatile boolean noDelay;

    FdServerSocketChannelConfig(FdServerSocketChannel channel, InternetFamily family) {
        // Netty's default goes on only while bytes come, which a listener has none of: one accept an iteration.
        super(channel, OPTIONS, new SocketOptions(channel, family.isIpv6()), new ServerChannelRecvByteBufAllocator());
        setReuseAddress(true);
        if (FdSocketChannelConfig.NODELAY_IS_INHERITED) {
            // Once here instead of once a connection.
            setTcpNoDelay(true);
        }
    }

    @Override
    public int getBacklog() {
        return backlog;
    }

    @Override
    public ServerSocketChannelConfig setBacklog(int connections) {
        if (connections < 0) {
            throw new IllegalArgumentException("SO_BACKLOG is not negative: " + connections);
        }
        backlog = connections;
        return this;
    }

    boolean isTcpNoDelay() {
        return noDelay;
    }

    private void setTcpNoDelay(boolean value) {
        socket().set(SocketOption.NODELAY, value ? 1 : 0);
        noDelay = value;
    }
}
