package io.fdflux.netty;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;

/**
 * The options that streams of every family have.
 *
 * @param <S> what the setters return
 */
abstract class FdStreamChannelConfig<S extends ChannelConfig> extends FdChannelConfig<S> {

    private volatile boolean allowHalfClosure;

    FdStreamChannelConfig(FdStreamChannel channel, OptionTable<?> table, SocketOptions socket) {
        super(channel, table, socket);
    }

    static <C extends FdStreamChannelConfig<?>> OptionTable<C> tableOf(ChannelKind kind) {
        return OptionTable.<C>of(kind)
                .with(
                        ChannelOption.ALLOW_HALF_CLOSURE,
                        Boolean.class,
                        FdStreamChannelConfig::isAllowHalfClosure,
                        FdStreamChannelConfig::setAllowHalfClosure);
    }

    public boolean isAllowHalfClosure() {
        return allowHalfClosure;
    }

    public S setAllowHalfClosure(boolean allow) {
        allowHalfClosure = allow;
        return self();
    }
}
