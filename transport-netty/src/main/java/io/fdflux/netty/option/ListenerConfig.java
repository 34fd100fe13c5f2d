package io.fdflux.netty.option;

import io.fdflux.netty.channel.EngineUnsafe;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.util.NetUtil;

/**
 * The options of listeners of every family.
 *
 * @param <S> the return type of the setters
 */
abstract class ListenerConfig<S extends ChannelConfig> extends BaseConfig<S> {

    private volatile int backlog = NetUtil.SOMAXCONN;

    ListenerConfig(EngineUnsafe unsafe, OptionTable<?> table, SocketOptions socket) {
        // Netty's default allocator continues only while bytes come. A listener reads none, and would accept one
        // connection per iteration.
        super(unsafe, table, socket, new ServerChannelRecvByteBufAllocator());
    }

    static <C extends ListenerConfig<?>> OptionTable<C> tableOf(ChannelKind kind) {
        return OptionTable.<C>of(kind)
                .with(ChannelOption.SO_BACKLOG, Integer.class, ListenerConfig::getBacklog, ListenerConfig::setBacklog);
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
