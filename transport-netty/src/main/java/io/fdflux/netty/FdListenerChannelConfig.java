package io.fdflux.netty;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.util.NetUtil;

/**
 * The options that listeners of every family have.
 *
 * @param <S> what the setters return
 */
abstract class FdListenerChannelConfig<S extends ChannelConfig> extends FdChannelConfig<S> {

    private volatile int backlog = NetUtil.SOMAXCONN;

    FdListenerChannelConfig(FdListenerChannel channel, OptionTable<?> table, SocketOptions socket) {
        // Netty's default goes on only while bytes come, which a listener has none of: one accept an iteration.
        super(channel, table, socket, new ServerChannelRecvByteBufAllocator());
    }

    static <C extends FdListenerChannelConfig<?>> OptionTable<C> tableOf(ChannelKind kind) {
        return OptionTable.<C>of(kind)
                .with(
                        ChannelOption.SO_BACKLOG,
                        Integer.class,
                        FdListenerChannelConfig::getBacklog,
                        FdListenerChannelConfig::setBacklog);
    }

    public int getBacklog() {
        return backlog;
    }

    public S setBacklog(int connections) {
        if (connections < 0) {
            throw new IllegalArgumentException("SO_BACKLOG is not negative: " + connections);
        }
        backlog = connections;
        return self();
    }
}
