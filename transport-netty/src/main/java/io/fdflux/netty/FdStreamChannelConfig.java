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

    @SuppressWarnings("deprecation") // users of the option are told what to do instead
    static <C extends FdStreamChannelConfig<?>> OptionTable<C> tableOf(ChannelKind kind) {
        return OptionTable.<C>of(kind)
                .with(
                        ChannelOption.ALLOW_HALF_CLOSURE,
                        Boolean.class,
                        FdStreamChannelConfig::isAllowHalfClosure,
                        FdStreamChannelConfig::setAllowHalfClosure)
                .with(
                        FdChannelOption.CLOSE_DRAIN_MILLIS,
                        Integer.class,
                        config -> 0,
                        FdStreamChannelConfig::requireNoDrain);
    }

    private static void requireNoDrain(FdStreamChannelConfig<?> config, int millis) {
        if (millis != 0) {
            throw new IllegalArgumentException("CLOSE_DRAIN_MILLIS is 0, not " + millis
                    + ": close() waits for no peer; close when the last write's future is done");
        }
    }

    public boolean isAllowHalfClosure() {
        return allowHalfClosure;
    }

    public S setAllowHalfClosure(boolean allow) {
        allowHalfClosure = allow;
        return self();
    }
}
